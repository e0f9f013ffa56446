import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { AssignedWire } from "@ratchet/contracts";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { answers, buildAgent, pod, port, Scene, type TestNode, wire } from "./testing/scene.js";

let scene: Scene;
let left: TestNode;
let right: TestNode;

beforeAll(buildAgent);
beforeEach(async () => {
  scene = await Scene.begin();
  left = scene.node("left", { address: "10.255.0.1" });
  right = scene.node("right", { address: "10.255.0.2" });
  await left.start();
  await right.start();
  await scene.api.until("both agents", () => left.peer.hello !== undefined && right.peer.hello !== undefined);
});
afterEach(() => scene.end());

function tunnel(
  at: TestNode,
  to: TestNode,
  vni: number,
  podPort: string,
  more: Partial<AssignedWire> = {},
): AssignedWire {
  const own = { vni, localAddress: at.address, remoteAddress: to.address, port: 4789, mtuBytes: 1450 };
  return wire("ab", podPort, podPort, { peer: { type: "tunnel", tunnel: own }, ...more });
}

function hasCarrier(node: TestNode, key: string): boolean {
  return node.peer.portReports.get(`uid-${key}`)?.hasCarrier === true;
}

/** What the control plane does: raise both ends once each has said that it is ready. */
async function tunnelUp(vni: number): Promise<void> {
  left.peer.change({
    pods: [pod("a")],
    ports: [port("a", "in1", "10.0.0.1/24")],
    wires: [tunnel(left, right, vni, "a:in1", { far: "absent" })],
  });
  right.peer.change({
    pods: [pod("b")],
    ports: [port("b", "in1", "10.0.0.2/24")],
    wires: [tunnel(right, left, vni, "b:in1", { far: "absent" })],
  });
  const isReady = (node: TestNode) => node.peer.wireReports.get("link-ab")?.isReady === true;
  await scene.api.until("both ready", () => isReady(left) && isReady(right));
  expect(hasCarrier(left, "a in1") || hasCarrier(right, "b in1")).toBe(false);
  left.peer.change({ wires: [tunnel(left, right, vni, "a:in1", { far: "present" })] });
  right.peer.change({ wires: [tunnel(right, left, vni, "b:in1", { far: "present" })] });
  await scene.api.until("carrier at both ends", () => hasCarrier(left, "a in1") && hasCarrier(right, "b in1"));
}

describe("a wire across two nodes", () => {
  test("carries frames of its whole MTU through the tunnel", async () => {
    await tunnelUp(4711);
    expect(answers(left.podNetns("a"), "10.0.0.2", "-M", "do", "-s", "1422")).toBe(true);
    expect([...left.peer.vnis]).toEqual([4711]);
    expect(left.link(left.panel, "vx4711")).toMatchObject({ ifalias: "tunnel default/ab" });
  });

  test("keeps its carrier while nothing is known of the far end, and drops it when that is known to be gone", async () => {
    await tunnelUp(4711);
    left.peer.change({ wires: [tunnel(left, right, 4711, "a:in1", { far: "unknown" })] });
    await scene.api.until("taken in", () => left.peer.takenIn === left.peer.sentVersion);
    expect(answers(left.podNetns("a"), "10.0.0.2")).toBe(true);
    left.peer.change({ wires: [tunnel(left, right, 4711, "a:in1", { far: "absent" })] });
    await scene.api.until("no carrier", () => !hasCarrier(left, "a in1"), 1_000);
  });

  test("has its tunnel repaired when somebody deletes it", async () => {
    await tunnelUp(4711);
    left.inPanel("ip", "link", "del", "vx4711");
    const repairs = () => left.peer.events.filter(({ reason }) => reason === "LinkRepaired");
    await scene.api.until("repaired", () => repairs().length > 0, 1_000);
    await scene.api.until("carrier", () => hasCarrier(left, "a in1"), 1_000);
    expect(
      repairs()
        .map(({ message }) => message)
        .join(),
    ).toContain("the tunnel 4711 is missing");
    expect(answers(left.podNetns("a"), "10.0.0.2")).toBe(true);
  });

  test("has its tunnel made anew when somebody renames it, which is then gone", async () => {
    await tunnelUp(4711);
    left.inPanel("ip", "link", "set", "vx4711", "name", "elsewhere");
    await scene.api.until("made anew", () => left.link(left.panel, "vx4711") !== undefined, 2_000);
    await scene.api.until("carrier", () => hasCarrier(left, "a in1"), 1_000);
    expect(left.links(left.panel).map(({ ifname }) => ifname)).not.toContain("elsewhere");
    await scene.api.until("it carries", () => answers(left.podNetns("a"), "10.0.0.2"), 2_000);
  });

  test("gives its VNI back only when the tunnel is gone from the kernel", async () => {
    await tunnelUp(4711);
    left.peer.change({ wires: [tunnel(left, right, 4712, "a:in1", { far: "absent", revision: 2 })] });
    await scene.api.until("4711 is gone", () => left.peer.removedVnis.includes(4711), 2_000);
    expect(left.link(left.panel, "vx4711")).toBeUndefined();
    expect(left.link(left.panel, "vx4712")).toBeDefined();
    left.peer.change({ removedWires: ["link-ab"] });
    await scene.api.until("4712 is gone", () => left.peer.removedVnis.includes(4712), 2_000);
    expect(left.links(left.panel).filter(({ ifname }) => ifname.startsWith("vx"))).toEqual([]);
    expect(left.link(left.podNetns("a"), "in1")?.flags).toContain("NO-CARRIER");
  });
});

describe("a re-route", () => {
  test("to a pod with another MAC carries within a second although the neighbour cache is warm", async () => {
    left.peer.change({
      pods: [pod("a"), pod("b"), pod("c")],
      ports: [port("a", "in1", "10.0.0.1/24", "fd00::1/64"), port("b", "in1", "10.0.0.2/24", "fd00::2/64")],
      wires: [wire("ab", "a:in1", "b:in1")],
    });
    await scene.api.until("carrier", () => hasCarrier(left, "a in1") && hasCarrier(left, "b in1"));
    expect(answers(left.podNetns("a"), "10.0.0.2")).toBe(true);
    expect(answers(left.podNetns("a"), "fd00::2")).toBe(true);
    const before = left.link(left.podNetns("a"), "in1");
    const neighbour = left.inPod("a", "ip", "neigh", "show", "10.0.0.2");

    const ping = pingUntilKilled(left.podNetns("a"), "10.0.0.2");
    await ping.answered(3);
    left.peer.change({
      ports: [port("c", "in1", "10.0.0.2/24", "fd00::2/64")],
      wires: [wire("ab", "a:in1", "c:in1", { revision: 2 })],
      removedPorts: [{ podUid: "uid-b", interface: "in1" }],
    });
    await scene.api.until("carrier at c", () => hasCarrier(left, "c in1"), 1_000);
    await ping.answered(3);
    const gap = await ping.end();
    expect(gap).toBeLessThan(1_000);
    expect(answers(left.podNetns("a"), "fd00::2")).toBe(true);
    expect(left.link(left.podNetns("a"), "in1")).toEqual(before);
    expect(left.inPod("a", "ip", "neigh", "show", "10.0.0.2")).not.toEqual(neighbour);
    expect(left.inPod("c", "ip", "-s", "link", "show", "in1")).toMatch(/RX:/);
    await scene.api.until("the old port goes", () => left.half("default/b:in1") === undefined, 1_000);
  });

  test("from a tunnel's far node to another pod there keeps the staying end's index and MAC", async () => {
    await tunnelUp(4711);
    const before = left.link(left.podNetns("a"), "in1");
    const ping = pingUntilKilled(left.podNetns("a"), "10.0.0.2");
    await ping.answered(3);
    right.peer.change({
      pods: [pod("c")],
      ports: [port("c", "in1", "10.0.0.2/24")],
      wires: [tunnel(right, left, 4712, "c:in1", { revision: 2 })],
      removedPorts: [{ podUid: "uid-b", interface: "in1" }],
    });
    left.peer.change({ wires: [tunnel(left, right, 4712, "a:in1", { revision: 2 })] });
    await scene.api.until("carrier at c", () => hasCarrier(right, "c in1"), 1_000);
    await ping.answered(3);
    expect(await ping.end()).toBeLessThan(1_000);
    expect(left.link(left.podNetns("a"), "in1")).toEqual(before);
  });
});

/** A ping every 20 ms that tells the longest gap between two answers. */
function pingUntilKilled(netns: string, address: string) {
  const child: ChildProcess = spawn("nsenter", [`--net=/run/netns/${netns}`, "ping", "-n", "-i", "0.02", address], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const times: number[] = [];
  let gap = 0;
  let wake = () => {};
  child.stdout?.on("data", (chunk: Buffer) => {
    for (const _ of String(chunk).matchAll(/time=/g)) {
      const now = performance.now();
      gap = Math.max(gap, now - (times.at(-1) ?? now));
      times.push(now);
    }
    wake();
  });
  return {
    async answered(count: number): Promise<void> {
      const until = times.length + count;
      const deadline = setTimeout(() => child.kill("SIGKILL"), 5_000);
      while (times.length < until && child.exitCode === null && child.signalCode === null) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          child.once("exit", () => resolve());
        });
      }
      clearTimeout(deadline);
      if (times.length < until) throw new Error("the pings are not answered");
    },
    async end(): Promise<number> {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
      return gap;
    },
  };
}
