import { spawn } from "node:child_process";
import type { AssignedFault } from "@ratchet/contracts";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { buildAgent, pod, port, Scene, type TestNode, wire } from "../testing/scene.js";

let scene: Scene;
let node: TestNode;

beforeAll(buildAgent);
beforeEach(async () => {
  scene = await Scene.begin();
  node = scene.node("n");
  await node.start();
  await scene.api.until("the agent connects", () => node.peer.hello !== undefined);
  node.peer.change({
    pods: [pod("a"), pod("b")],
    ports: [port("a", "in1", "10.0.0.1/24"), port("b", "in1", "10.0.0.2/24")],
    wires: [wire("ab", "a:in1", "b:in1")],
  });
  await scene.api.until("carrier at both ends", () =>
    ["uid-a in1", "uid-b in1"].every((key) => node.peer.portReports.get(key)?.hasCarrier === true),
  );
});
afterEach(() => scene.end());

/** What the pods themselves see, from the kernel. */
function carriers(): boolean[] {
  return ["a", "b"].map((name) => node.link(node.podNetns(name), "in1")?.flags.includes("LOWER_UP") === true);
}

async function untilCarriers(wanted: boolean, timeoutMs: number): Promise<void> {
  const givesUpAt = performance.now() + timeoutMs;
  while (!carriers().every((has) => has === wanted)) {
    if (performance.now() > givesUpAt) throw new Error(`after ${timeoutMs} ms carriers are ${carriers()}`);
    await sleep(10);
  }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function down(name: string, remainingMs: number, more: Partial<AssignedFault> = {}): AssignedFault {
  return {
    faultUid: `fault-${name}`,
    revision: 1,
    namespace: "default",
    name,
    action: { type: "down" },
    wires: [{ linkUid: "link-ab", toPort: true, toPeer: true }],
    podUids: [],
    remainingMs,
    elapsedMs: 0,
    ...more,
  };
}

test("a fault takes the carrier of both ends and ends by itself, with the API gone", async () => {
  node.peer.change({ faults: [down("x", 1500)] });
  const beganAt = performance.now();
  await untilCarriers(false, 1000);
  await scene.api.close();
  expect(carriers()).toEqual([false, false]);
  await untilCarriers(true, 3000);
  expect(performance.now() - beganAt).toBeGreaterThan(1490);
});

test("of two stacked faults, the end of one leaves the other", async () => {
  node.peer.change({ faults: [down("x", 60_000), down("y", 60_000)] });
  await untilCarriers(false, 1000);
  node.peer.change({ removedFaults: ["fault-x"] });
  await scene.api.until("the first is gone", () => !node.peer.faultReports.has("fault-x"));
  await sleep(100);
  expect(carriers()).toEqual([false, false]);
  expect(node.peer.faultReports.get("fault-y")?.phase).toBe("Active");
  node.peer.change({ removedFaults: ["fault-y"] });
  await untilCarriers(true, 1000);
});

test("an agent that starts late ends what is overdue, and an assignment sent again does not begin it anew", async () => {
  node.peer.change({ faults: [down("x", 1000), down("long", 60_000, { wires: [] })] });
  await untilCarriers(false, 1000);
  await node.kill();
  await sleep(1200);
  // Nobody was there to end it.
  expect(carriers()).toEqual([false, false]);
  await node.start();
  await untilCarriers(true, 2000);
  await scene.api.until("the end is told", () => node.peer.faultReports.get("fault-x")?.ended === "deadline");
  expect(node.peer.faultReports.get("fault-long")?.phase).toBe("Active");
  expect(carriers()).toEqual([true, true]);
});

test("an agent that is killed and comes back in time goes on with the deadline it had", async () => {
  node.peer.change({ faults: [down("x", 2500)] });
  const beganAt = performance.now();
  await untilCarriers(false, 1000);
  await node.kill();
  await node.start();
  await scene.api.until("it is told as active", () => node.peer.faultReports.get("fault-x")?.phase === "Active");
  expect(carriers()).toEqual([false, false]);
  await untilCarriers(true, 4000);
  const tookMs = performance.now() - beganAt;
  expect(tookMs).toBeGreaterThan(2490);
  // Counted anew it would have taken the agent's start longer.
  expect(node.peer.faultReports.get("fault-x")?.activeMs ?? 0).toBeLessThan(tookMs + 1);
});

test("an agent cut off from the control plane comes back by itself, and its wires carry meanwhile", async () => {
  const before = node.peer.connects;
  const gone = new Promise((resolve) => node.peer.socket?.once("close", resolve));
  node.peer.change({ faults: [down("x", 1500, { action: { type: "control-plane-cut" }, wires: [] })] });
  await gone;
  await sleep(1000);
  expect(node.peer.connects).toBe(before);
  expect(carriers()).toEqual([true, true]);
  await scene.api.until("it connects again", () => node.peer.connects === before + 1);
  await scene.api.until("it says so", () => node.peer.faultReports.get("fault-x")?.ended === "deadline");
});

test("a flap of twenty cycles leaves the wire as it was", async () => {
  const action = { type: "flap", periodSeconds: 0.1, downPercent: 50, count: 20, randomPercent: 50, seed: 7 } as const;
  node.peer.change({ faults: [down("x", 60_000, { action: { ...action, mode: "down" } })] });
  await untilCarriers(false, 1000);
  await scene.api.until("it completes", () => node.peer.faultReports.get("fault-x")?.ended === "completed");
  expect(node.peer.faultReports.get("fault-x")?.cycles).toBe(20);
  await untilCarriers(true, 1000);
  expect(node.peer.events.filter(({ reason }) => reason === "LinkRepaired")).toEqual([]);
});

test("a frozen pod keeps its carrier and nothing in it runs, until the deadline, also of an agent that died", async () => {
  const counter = spawn("nsenter", [
    `--net=/run/netns/${node.podNetns("a")}`,
    "sh",
    "-c",
    "while :; do echo x; sleep 0.05; done",
  ]);
  try {
    let written = 0;
    counter.stdout.on("data", (chunk: Buffer) => (written += chunk.length));
    const isRunning = async () => {
      const before = written;
      await sleep(400);
      return written > before;
    };
    expect(await isRunning()).toBe(true);
    node.peer.change({ faults: [down("x", 4000, { action: { type: "pod-freeze" }, wires: [], podUids: ["uid-a"] })] });
    await scene.api.until("it acts", () => node.peer.faultReports.get("fault-x")?.phase === "Active");
    await sleep(300);
    expect(await isRunning()).toBe(false);
    expect(carriers()).toEqual([true, true]);
    await node.kill();
    await sleep(4000);
    expect(await isRunning()).toBe(false);
    await node.start();
    await scene.api.until("the end is told", () => node.peer.faultReports.get("fault-x")?.ended === "deadline");
    await sleep(300);
    expect(await isRunning()).toBe(true);
  } finally {
    counter.kill("SIGKILL");
  }
});
