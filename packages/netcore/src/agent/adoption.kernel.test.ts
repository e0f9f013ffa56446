import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { answers, buildAgent, pod, port, run, Scene, type TestNode, wire } from "./testing/scene.js";

let scene: Scene;
let node: TestNode;

beforeAll(buildAgent);
beforeEach(async () => {
  scene = await Scene.begin();
  node = scene.node("n");
});
afterEach(() => scene.end());

const WIRES = 50;

function many(count: number) {
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  return {
    pods: [pod("a"), pod("b")],
    ports: numbers.flatMap((n) => [port("a", `in${n}`, `10.0.${n}.1/24`), port("b", `in${n}`, `10.0.${n}.2/24`)]),
    wires: numbers.map((n) => wire(`w${n}`, `a:in${n}`, `b:in${n}`)),
  };
}

function isAllUp(count: number): boolean {
  return [...node.peer.wireReports.values()].filter(({ isPatched }) => isPatched).length === count;
}

describe("an agent that was killed", () => {
  test.each([2, 8, 20])("%i ms into making 50 wires converges to exactly those", async (delayMs) => {
    await node.start();
    await scene.api.until("the agent connects", () => node.peer.hello !== undefined);
    node.peer.change(many(WIRES));
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    await node.kill();
    const before = new Map(node.links(node.panel).map((link) => [link.ifname, link]));
    await node.start();
    await scene.api.until("all wires up", () => isAllUp(WIRES), 10_000);
    const halves = node.links(node.panel).filter(({ ifname }) => ifname !== "lo");
    expect(halves).toHaveLength(2 * WIRES);
    expect(new Set(halves.map(({ ifalias }) => ifalias)).size).toBe(2 * WIRES);
    for (const half of halves) {
      const earlier = before.get(half.ifname);
      if (earlier !== undefined) expect(half).toMatchObject({ ifindex: earlier.ifindex, address: earlier.address });
    }
    for (const n of [1, 25, WIRES]) expect(answers(node.podNetns("a"), `10.0.${n}.2`)).toBe(true);
  });

  test("adopts everything as it is, and prunes what was unassigned meanwhile", async () => {
    await node.start();
    await scene.api.until("the agent connects", () => node.peer.hello !== undefined);
    node.peer.change(many(3));
    await scene.api.until("all wires up", () => isAllUp(3));
    await node.kill();
    const before = node.links(node.podNetns("a"));
    node.inPod("a", "ip", "link", "set", "in2", "down");
    run(node.panel, "tc", "filter", "del", "dev", node.half("default/a:in1")!.ifname, "ingress");
    node.peer.wires.delete("link-w3");
    node.peer.ports.delete("uid-a in3");
    node.peer.ports.delete("uid-b in3");
    await node.start();
    await scene.api.until("two wires up", () => isAllUp(2) && node.peer.wireReports.size === 2);
    await scene.api.until("pruned", () => node.half("default/a:in3") === undefined, 2_000);
    const after = node.links(node.podNetns("a"));
    expect(after.map(({ ifname, ifindex, address }) => ({ ifname, ifindex, address }))).toEqual(
      before
        .filter(({ ifname }) => ifname !== "in3")
        .map(({ ifname, ifindex, address }) => ({ ifname, ifindex, address })),
    );
    expect(answers(node.podNetns("a"), "10.0.1.2")).toBe(true);
    expect(node.link(node.podNetns("a"), "in2")?.flags).not.toContain("UP");
  });

  test("makes again what its file did not know of and it took away, and wires it", async () => {
    await node.start();
    await scene.api.until("the agent connects", () => node.peer.hello !== undefined);
    const { pods, ports, wires } = many(6);
    const [firstPorts, firstWires] = [ports.slice(0, 2), wires.slice(0, 1)];
    node.peer.change({ pods, ports: firstPorts, wires: firstWires });
    await scene.api.until("the first wire is up", () => isAllUp(1));
    const file = join(node.data, "state.json");
    await vi.waitFor(() => expect(readFileSync(file, "utf8")).toContain('"linkUid":"link-w1"'), 5_000);
    const former = readFileSync(file);
    node.peer.change({ ports, wires });
    await scene.api.until("all wires up", () => isAllUp(6));
    for (let life = 0; life < 6; life++) {
      await node.kill();
      writeFileSync(file, former);
      node.peer.wireReports.clear();
      await node.start();
      await scene.api.until("all wires up again", () => isAllUp(6), 3_000);
      // What is about to go may still be reported as up.
      await vi.waitFor(() => expect(answers(node.podNetns("a"), "10.0.6.2")).toBe(true), 3_000);
    }
  });

  test("confirms an assignment that says what it has already", async () => {
    await node.start();
    await scene.api.until("the agent connects", () => node.peer.hello !== undefined);
    node.peer.change({ pods: [pod("a")] });
    await scene.api.until("the pod is there", () => node.peer.podReports.get("uid-a")?.phase === "Ready");
    await node.kill();
    await node.start();
    await scene.api.until("it is confirmed", () => node.peer.takenIn === node.peer.sentVersion, 2_000);
    node.peer.change({});
    await scene.api.until("it is confirmed again", () => node.peer.takenIn === node.peer.sentVersion, 2_000);
  });

  test("before it wrote down a restarted pod keeps the namespace it had made for it", async () => {
    await node.start();
    await scene.api.until("the agent connects", () => node.peer.hello !== undefined);
    node.peer.change(many(1));
    await scene.api.until("the wire is up", () => isAllUp(1));
    const file = join(node.data, "state.json");
    await vi.waitFor(() => expect(readFileSync(file, "utf8")).toContain('"linkUid":"link-w1"'), 5_000);
    const former = readFileSync(file);
    node.peer.change({ pods: [pod("a", { incarnation: 1 })] });
    await scene.api.until("the pod is another", () => node.peer.podReports.get("uid-a")?.incarnation === 1);
    await scene.api.until("the wire is up", () => isAllUp(1) && node.peer.podReports.get("uid-a")?.phase === "Ready");
    await vi.waitFor(() => expect(readFileSync(file).equals(former)).toBe(false), 5_000);
    await node.kill();
    writeFileSync(file, former);
    const inode = statSync(`/run/netns/${node.podNetns("a")}`).ino;
    const before = node.link(node.podNetns("a"), "in1");
    await node.start();
    await scene.api.until("the wire is up", () => isAllUp(1) && node.peer.podReports.get("uid-a")?.incarnation === 1);
    expect(statSync(`/run/netns/${node.podNetns("a")}`).ino).toBe(inode);
    expect(node.link(node.podNetns("a"), "in1")).toMatchObject({ ifindex: before?.ifindex, address: before?.address });
  });

  test("needs no API to repair what happened meanwhile", async () => {
    await node.start();
    await scene.api.until("the agent connects", () => node.peer.hello !== undefined);
    node.peer.change(many(2));
    await scene.api.until("all wires up", () => isAllUp(2));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await node.kill();
    await scene.api.close();
    run(node.panel, "ip", "link", "del", node.half("default/a:in1")!.ifname);
    await node.start();
    const deadline = Date.now() + 2_000;
    while (!answers(node.podNetns("a"), "10.0.1.2") && Date.now() < deadline);
    expect(answers(node.podNetns("a"), "10.0.1.2")).toBe(true);
  });

  test("sets a corrupt state file aside and takes over all the same", async () => {
    await node.start();
    await scene.api.until("the agent connects", () => node.peer.hello !== undefined);
    node.peer.change(many(2));
    await scene.api.until("all wires up", () => isAllUp(2));
    await node.kill();
    const file = join(node.data, "state.json");
    const text = existsSync(file) ? readFileSync(file, "utf8") : "x\n{}";
    writeFileSync(file, text.replace("{", "["));
    const before = node.links(node.podNetns("a"));
    await node.start();
    await scene.api.until("all wires up", () => isAllUp(2));
    expect(node.links(node.podNetns("a"))).toEqual(before);
    expect(readdirSync(node.data).some((name) => name.startsWith("state.json.corrupt-"))).toBe(true);
  });
});

describe("clean-up", () => {
  test("leaves nothing of the installation on the node", async () => {
    await node.start();
    await scene.api.until("the agent connects", () => node.peer.hello !== undefined);
    node.peer.change(many(2));
    await scene.api.until("all wires up", () => isAllUp(2));
    await node.kill();
    node.cleanUp();
    expect(readdirSync("/run/netns").filter((name) => name.startsWith(`${node.netns}.`))).toEqual([]);
    node.cleanUp();
  });
});
