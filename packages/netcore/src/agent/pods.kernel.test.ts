import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createNamedNetns, deleteNamedNetns } from "../ffi/named-netns.js";
import { answers, buildAgent, pod, port, run, Scene, type TestNode, wire } from "./testing/scene.js";

let scene: Scene;
let node: TestNode;
const children: ChildProcess[] = [];
const extra: string[] = [];

beforeAll(buildAgent);
beforeEach(async () => {
  scene = await Scene.begin();
  node = scene.node("n", { flags: ["--allow-foreign-sandboxes"] });
  await node.start();
  await scene.api.until("the agent connects", () => node.peer.hello !== undefined);
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await scene.end();
  for (const name of extra.splice(0)) deleteNamedNetns(name);
});

async function pair(): Promise<void> {
  const routed = { ...port("a", "in1", "10.0.0.1/24"), routes: [{ to: "10.9.0.0/16", via: "10.0.0.2" }] };
  node.peer.change({
    pods: [pod("a"), pod("b")],
    ports: [routed, port("b", "in1", "10.0.0.2/24")],
    wires: [wire("ab", "a:in1", "b:in1")],
  });
  await carrier();
}

async function carrier(): Promise<void> {
  await scene.api.until("carrier", () => hasCarrier("a in1") && hasCarrier("b in1"));
}

function hasCarrier(key: string): boolean {
  return node.peer.portReports.get(`uid-${key}`)?.hasCarrier === true;
}

function phase(name: string): string | undefined {
  return node.peer.podReports.get(`uid-${name}`)?.phase;
}

/** The survivor of the wire has lost its carrier and nothing else. */
function expectSurvivorUntouched(before: { ifindex: number; address: string } | undefined): void {
  const after = node.link(node.podNetns("a"), "in1");
  expect(after).toMatchObject({ ifindex: before?.ifindex, address: before?.address });
  expect(after?.flags).toEqual(expect.arrayContaining(["NO-CARRIER", "UP"]));
  expect(node.inPod("a", "ip", "-br", "addr", "show", "in1")).toContain("10.0.0.1/24");
  expect(node.inPod("a", "ip", "route", "show")).toContain("10.9.0.0/16 via 10.0.0.2");
}

describe("a pod that dies", () => {
  test("by kill is Gone within a second, leaves its neighbour alone, and carries again when restarted", async () => {
    await pair();
    const before = node.link(node.podNetns("a"), "in1");
    node.peer.change({ pods: [pod("b", { isRunning: false })] });
    await scene.api.until("Gone", () => phase("b") === "Gone" && !hasCarrier("a in1"), 1_000);
    expectSurvivorUntouched(before);
    await scene.api.until("the port goes", () => node.half("default/b:in1") === undefined, 1_000);
    node.peer.change({ pods: [pod("b", { incarnation: 2 })] });
    await carrier();
    expect(answers(node.podNetns("a"), "10.0.0.2")).toBe(true);
  });

  test("again and again has its ports each time, whatever is still told of its former namespaces", async () => {
    const numbers = [1, 2, 3, 4];
    const ports = numbers.flatMap((n) => [
      port("a", `in${n}`, `10.0.${n}.1/24`),
      port("b", `in${n}`, `10.0.${n}.2/24`),
    ]);
    const wires = numbers.map((n) => wire(`w${n}`, `a:in${n}`, `b:in${n}`));
    node.peer.change({ pods: [pod("a"), pod("b")], ports, wires });
    const isWired = () => numbers.every((n) => hasCarrier(`b in${n}`));
    for (let incarnation = 0; incarnation < 120; incarnation++) {
      const isLast = incarnation % 3 === 2;
      // In between the next life comes while the former one is being taken away, ever a little later.
      if (!isLast) await delay(incarnation % 60);
      else {
        await scene.api.until(
          `life ${incarnation}`,
          () => isWired() && node.peer.podReports.get("uid-b")?.incarnation === incarnation,
          3_000,
        );
      }
      node.peer.change({ pods: [pod("b", { incarnation: incarnation + 1 })] });
    }
  });

  test("with a program holding the namespace whose name was deleted is Gone all the same", async () => {
    await pair();
    const before = node.link(node.podNetns("a"), "in1");
    children.push(spawn("nsenter", [`--net=/run/netns/${node.podNetns("b")}`, "sleep", "60"]));
    await new Promise((resolve) => setTimeout(resolve, 100));
    run(node.netns, "ip", "netns", "del", node.podNetns("b"));
    await scene.api.until("Gone", () => phase("b") === "Gone" && !hasCarrier("a in1"), 1_000);
    expectSurvivorUntouched(before);
    expect(node.half("default/b:in1")).toBeUndefined();
    // Gone until somebody says restart, in the next life of the agent too.
    await node.kill();
    await node.start();
    await scene.api.until("Gone", () => phase("b") === "Gone");
    expect(existsSync(`/run/netns/${node.podNetns("b")}`)).toBe(false);
    node.peer.change({ pods: [pod("b", { incarnation: 2 })] });
    await carrier();
    expect(answers(node.podNetns("a"), "10.0.0.2")).toBe(true);
  });

  test("and is deleted and made anew under its name gets a namespace of its own", async () => {
    await pair();
    const uid = "uid-second";
    node.peer.change({
      removedPods: ["uid-b"],
      removedPorts: [{ podUid: "uid-b", interface: "in1" }],
      pods: [{ ...pod("b"), podUid: uid }],
      ports: [{ ...port("b", "in1", "10.0.0.2/24"), podUid: uid }],
      wires: [wire("ab", "a:in1", "second:in1", { revision: 2 })],
    });
    await scene.api.until("carrier", () => node.peer.portReports.get(`${uid} in1`)?.hasCarrier === true);
    expect(answers(node.podNetns("a"), "10.0.0.2")).toBe(true);
  });
});

describe("a pod given by name", () => {
  test("is wired without its own interfaces being touched, and is Gone when it goes", async () => {
    const name = `${scene.prefix}-foreign`;
    extra.push(name);
    createNamedNetns(name);
    run(name, "ip", "link", "add", "own0", "type", "veth", "peer", "name", "own1");
    node.peer.change({
      pods: [pod("a"), pod("b", { sandbox: { netns: name } })],
      ports: [port("a", "in1", "10.0.0.1/24"), port("b", "in1", "10.0.0.2/24"), port("b", "own0")],
      wires: [wire("ab", "a:in1", "b:in1")],
    });
    await carrier();
    expect(answers(node.podNetns("a"), "10.0.0.2")).toBe(true);
    const taken = () => node.peer.portReports.get("uid-b own0")?.message ?? "";
    await scene.api.until("the name is taken", () => taken().includes("already has an interface own0"));
    node.peer.change({
      removedPods: ["uid-b"],
      removedPorts: [
        { podUid: "uid-b", interface: "in1" },
        { podUid: "uid-b", interface: "own0" },
      ],
    });
    await scene.api.until("the port goes", () => node.link(name, "in1") === undefined, 1_000);
    expect(node.link(name, "own0")).toBeDefined();
    expect(existsSync(`/run/netns/${name}`)).toBe(true);
  });

  test("is refused without the flag, as are containers with it", async () => {
    node.peer.change({ pods: [pod("c", { sandbox: { container: { runtime: "docker", name: "x" } } })] });
    await scene.api.until("unsupported", () => /not supported/.test(node.peer.podReports.get("uid-c")?.message ?? ""));
    const strict = scene.node("strict", { address: "10.255.0.2" });
    strict.peer.pods.set("uid-d", pod("d", { sandbox: { pid: 1 } }));
    await strict.start();
    await scene.api.until("refused", () => /--allow-foreign/.test(strict.peer.podReports.get("uid-d")?.message ?? ""));
  });
});

describe("names", () => {
  test("of 15 bytes, and equal ones in several namespaces and pods of one node, do not meet", async () => {
    const long = "abcdefghijklmno";
    const other = (name: string) => ({ ...pod(name), podUid: `uid-other-${name}`, namespace: "other" });
    node.peer.change({
      pods: [pod("a"), pod("b"), other("a"), other("b")],
      ports: [
        port("a", long, "10.0.0.1/24"),
        port("b", long, "10.0.0.2/24"),
        { ...port("a", long, "10.0.0.3/24"), podUid: "uid-other-a" },
        { ...port("b", long, "10.0.0.4/24"), podUid: "uid-other-b" },
      ],
      wires: [
        wire("ab", `a:${long}`, `b:${long}`),
        { ...wire("ab", `other-a:${long}`, `other-b:${long}`), linkUid: "link-other", namespace: "other" },
      ],
    });
    await scene.api.until("carrier", () => hasCarrier(`a ${long}`) && hasCarrier(`other-a ${long}`));
    expect(answers(node.podNetns("a"), "10.0.0.2")).toBe(true);
    expect(answers(node.podNetns("a", "other"), "10.0.0.4")).toBe(true);
    expect(answers(node.podNetns("a"), "10.0.0.4")).toBe(false);
  });
});

describe("sysctls", () => {
  test("are written inside the namespace, also one that waits for its interface; others are refused", async () => {
    const sysctls = { "net.ipv4.ip_forward": "1", "net.ipv4.conf.in1.rp_filter": "2", "net.core.nothing": "1" };
    node.peer.change({ pods: [pod("a", { sysctls })], ports: [port("a", "in1")] });
    await scene.api.until("Ready", () => phase("a") === "Ready");
    await scene.api.until("the port", () => node.peer.portReports.get("uid-a in1")?.ifIndex != null);
    await scene.api.until("the message", () =>
      /^sysctl net.core.nothing/.test(node.peer.podReports.get("uid-a")?.message ?? ""),
    );
    expect(node.peer.events.filter(({ reason }) => /Repaired/.test(reason))).toEqual([]);
    expect(node.inPod("a", "cat", "/proc/sys/net/ipv4/ip_forward").trim()).toBe("1");
    expect(node.inPod("a", "cat", "/proc/sys/net/ipv4/conf/in1/rp_filter").trim()).toBe("2");
  });
});
