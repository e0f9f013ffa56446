import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { AssignedFault, EffectiveImpairment, ImpairmentReport } from "@ratchet/contracts";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { buildAgent, pod, port, run, Scene, type TestNode, wire } from "../testing/scene.js";

let scene: Scene;
let node: TestNode;

beforeAll(buildAgent);
beforeEach(async () => {
  scene = await Scene.begin();
  node = scene.node("n");
  await node.start();
  await scene.api.until("the agent connects", () => node.peer.hello !== undefined);
});
afterEach(async () => {
  await scene.end();
  expect(relays()).toEqual([]);
});

/** Pids of this scene's relays. */
function relays(): number[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      const text = /^\d+$/.test(name) ? readFileSync(`/proc/${name}/cmdline`, "utf8") : "";
      return text.includes("relay/main.js") && text.includes(scene.folder) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

type Directions = { toPort: EffectiveImpairment | null; toPeer: EffectiveImpairment | null };

/** Two pods whose wire is impaired: `toPort` of what a gets, `toPeer` of what b gets. */
async function impaired(impair: Directions): Promise<void> {
  node.peer.change({
    pods: [pod("a"), pod("b")],
    ports: [port("a", "in1", "10.0.0.1/24"), port("b", "in1", "10.0.0.2/24")],
    wires: [wire("ab", "a:in1", "b:in1", { impair })],
  });
  await scene.api.until("carrier at both ends", () =>
    ["uid-a in1", "uid-b in1"].every((key) => node.peer.portReports.get(key)?.hasCarrier === true),
  );
}

function change(impair: Directions): void {
  node.peer.change({ wires: [wire("ab", "a:in1", "b:in1", { impair })] });
}

function report(direction: "toPort" | "toPeer"): ImpairmentReport | null | undefined {
  return node.peer.wireReports.get("link-ab")?.impair?.[direction];
}

/** Round trips in milliseconds of the pings that were answered. */
function pings(...flags: string[]): number[] {
  let output: string;
  try {
    output = run(node.podNetns("a"), "ping", "-n", ...flags, "10.0.0.2");
  } catch (error) {
    output = String((error as { stdout?: string }).stdout);
  }
  return [...output.matchAll(/time=([\d.]+) ms/g)].map((match) => Number(match[1]));
}

describe("an impaired wire", () => {
  test("20 ms one way and 80 back measure as 100, and 0 takes them away without a gap", async () => {
    await impaired({ toPort: { delayMs: 80 }, toPeer: { delayMs: 20 } });
    await scene.api.until("both are in force", () =>
      (["toPort", "toPeer"] as const).every((direction) => report(direction)?.state === "active"),
    );
    expect(report("toPort")).toMatchObject({ engine: "relay", actual: { delayMs: 80 } });
    expect(report("toPeer")).toMatchObject({ engine: "relay", actual: { delayMs: 20 } });
    const times = pings("-c5", "-i0.1", "-W2");
    expect(times).toHaveLength(5);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(100);
    change({ toPort: null, toPeer: { delayMs: 20 } });
    await scene.api.until("one is gone", () => report("toPort") === null);
    expect(Math.min(...pings("-c3", "-i0.1", "-W2"))).toBeGreaterThanOrEqual(20);
    change({ toPort: null, toPeer: null });
    await scene.api.until("both are gone", () => node.peer.wireReports.get("link-ab")?.impair === undefined);
    while (node.links(node.panel).some(({ ifname }) => /^r/.test(ifname))) await sleep(20);
    expect(pings("-c3", "-i0.1", "-W2")).toHaveLength(3);
    expect(node.peer.wireReports.get("link-ab")).toMatchObject({ isReady: true, isPatched: true });
    expect(node.peer.events.filter(({ reason }) => reason === "LinkRepaired")).toEqual([]);
  });

  test("stays impaired and loses nothing while its agent is killed and started again", async () => {
    await impaired({ toPort: null, toPeer: { delayMs: 30 } });
    await scene.api.until("it is in force", () => report("toPeer")?.state === "active");
    const pinging = new Promise<number[]>((resolve) => setImmediate(() => resolve(pings("-c100", "-i0.02", "-W2"))));
    const before = relays();
    expect(before).toHaveLength(1);
    const times = await pinging;
    expect(times).toHaveLength(100);
    await node.kill();
    const alone = pings("-c10", "-i0.02", "-W2");
    await node.start();
    await scene.api.until("it is told again", () => report("toPeer")?.state === "active");
    const after = pings("-c10", "-i0.02", "-W2");
    expect([alone.length, after.length]).toEqual([10, 10]);
    expect(Math.min(...times, ...alone, ...after)).toBeGreaterThanOrEqual(30);
    expect(relays()).toEqual(before);
  });

  test("carries unimpaired at once when the relay is killed, says so, and is impaired again", async () => {
    await impaired({ toPort: null, toPeer: { delayMs: 30 } });
    await scene.api.until("it is in force", () => report("toPeer")?.state === "active");
    const said: string[] = [];
    const [pid = 0] = relays();
    process.kill(pid, "SIGKILL");
    await scene.api.until("it says so", () => report("toPeer")?.state === "degraded");
    said.push(report("toPeer")?.message ?? "");
    expect(said[0]).toContain("put straight through");
    await scene.api.until("the impairment is back", () => report("toPeer")?.state === "active");
    expect(relays()).toHaveLength(1);
    await sleep(50);
    const times = pings("-c5", "-i0.05", "-W2");
    expect(times).toHaveLength(5);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(30);
  });
});

test("a relay that is killed leaves nothing behind when its impairment is asked no more", async () => {
  await impaired({ toPort: null, toPeer: { delayMs: 30 } });
  await scene.api.until("it is in force", () => report("toPeer")?.state === "active");
  await node.kill();
  const [pid = 0] = relays();
  process.kill(pid, "SIGKILL");
  change({ toPort: null, toPeer: null });
  await node.start();
  const devices = () => node.links(node.panel).filter(({ ifname }) => /^r/.test(ifname));
  for (let waited = 0; waited < 10_000 && devices().length > 0; waited += 50) await sleep(50);
  expect(devices()).toEqual([]);
  expect(pings("-c3", "-i0.05", "-W2")).toHaveLength(3);
});

test("a relay that is told to end does so, though no frame comes that would wake it", async () => {
  await impaired({ toPort: null, toPeer: { delayMs: 30 } });
  await scene.api.until("it is in force", () => report("toPeer")?.state === "active");
  await node.kill();
  const [pid = 0] = relays();
  process.kill(pid, "SIGTERM");
  // Its thread's own wait is a minute.
  for (let waited = 0; waited < 25_000 && relays().length > 0; waited += 50) await sleep(50);
  expect(relays()).toEqual([]);
});

test("engine netem on a kernel without says so, impairs nothing, and the wire carries", async () => {
  expect(node.peer.hello?.node.capabilities.netem).toBe(false);
  await impaired({ toPort: null, toPeer: { delayMs: 30, lossPercent: 50, engine: "netem" } });
  await scene.api.until("it says so", () => report("toPeer")?.state === "error");
  expect(report("toPeer")).toMatchObject({ engine: "none", actual: {} });
  expect(report("toPeer")?.message).toContain("kernel has none");
  expect(Math.min(...pings("-c5", "-i0.05", "-W1"))).toBeLessThan(30);
  expect(node.links(node.panel).filter(({ ifname }) => /^r/.test(ifname))).toEqual([]);
  expect(relays()).toEqual([]);
});

describe("faults that keep the carrier", () => {
  test("a black hole one way swallows what goes there, and its end leaves the delay of another", async () => {
    await impaired({ toPort: null, toPeer: null });
    const hole = fault("hole", { type: "blackhole" }, { toPort: false, toPeer: true });
    const slow = fault("slow", { type: "impair", impairment: { delayMs: 40 } }, { toPort: true, toPeer: true });
    node.peer.change({ faults: [hole, slow] });
    await scene.api.until("both act", () => report("toPeer")?.actual.blackhole === true && report("toPort") !== null);
    expect(report("toPort")?.actual).toEqual({ delayMs: 40 });
    expect(pings("-c2", "-i0.05", "-W1")).toEqual([]);
    expect(node.link(node.podNetns("a"), "in1")?.flags).toContain("LOWER_UP");
    node.peer.change({ removedFaults: ["fault-hole"] });
    await scene.api.until("one is left", () => report("toPeer")?.actual.blackhole === undefined);
    expect(report("toPeer")?.actual).toEqual({ delayMs: 40 });
    expect(Math.min(...pings("-c3", "-i0.05", "-W2"))).toBeGreaterThanOrEqual(80);
    node.peer.change({ removedFaults: ["fault-slow"] });
    await scene.api.until("none is left", () => node.peer.wireReports.get("link-ab")?.impair === undefined);
    expect(pings("-c3", "-i0.05", "-W2")).toHaveLength(3);
    expect(node.peer.events.filter(({ reason }) => reason === "LinkRepaired")).toEqual([]);
  });

  test("a ramp goes to its end without losing a frame", async () => {
    await impaired({ toPort: null, toPeer: { delayMs: 5 } });
    await scene.api.until("it is in force", () => report("toPeer")?.state === "active");
    const ramp = { type: "ramp", start: { delayMs: 0 }, end: { delayMs: 50 }, overSeconds: 1.5 } as const;
    node.peer.change({ faults: [fault("ramp", ramp, { toPort: false, toPeer: true })] });
    const times = pings("-c40", "-i0.05", "-W2");
    expect(times).toHaveLength(40);
    expect(Math.min(...times)).toBeLessThan(40);
    expect(times.at(-1)).toBeGreaterThanOrEqual(55);
    await scene.api.until("the end is reached", () => report("toPeer")?.actual.delayMs === 55);
    node.peer.change({ removedFaults: ["fault-ramp"] });
    await scene.api.until("it is as the link asks", () => report("toPeer")?.actual.delayMs === 5);
  });
});

function fault(
  name: string,
  action: AssignedFault["action"],
  directions: { toPort: boolean; toPeer: boolean },
): AssignedFault {
  return {
    faultUid: `fault-${name}`,
    revision: 1,
    namespace: "default",
    name,
    action,
    wires: [{ linkUid: "link-ab", ...directions }],
    podUids: [],
    remainingMs: 60_000,
    elapsedMs: 0,
  };
}
