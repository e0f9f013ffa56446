import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { answers, buildAgent, pod, port, Scene, type TestNode, wire } from "./testing/scene.js";

let scene: Scene;
let node: TestNode;

beforeAll(buildAgent);
beforeEach(async () => {
  scene = await Scene.begin();
  node = scene.node("n");
});
afterEach(() => scene.end());

/** Two managed pods and a wire between them, up. */
async function pair(): Promise<void> {
  await node.start();
  await scene.api.until("the agent connects", () => node.peer.hello !== undefined);
  node.peer.change({
    pods: [pod("a"), pod("b")],
    ports: [port("a", "in1", "10.0.0.1/24", "fd00::1/64"), port("b", "in1", "10.0.0.2/24", "fd00::2/64")],
    wires: [wire("ab", "a:in1", "b:in1")],
  });
  await scene.api.until("carrier at both ends", () => hasCarrier("a in1") && hasCarrier("b in1"));
}

function hasCarrier(key: string): boolean {
  return node.peer.portReports.get(`uid-${key}`)?.hasCarrier === true;
}

describe("a wire between two managed pods", () => {
  test("carries, and is reported as the kernel has it", async () => {
    await pair();
    expect(answers(node.podNetns("a"), "10.0.0.2")).toBe(true);
    expect(answers(node.podNetns("b"), "fd00::1")).toBe(true);
    expect(node.peer.wireReports.get("link-ab")).toMatchObject({ isReady: true, isPatched: true, error: null });
    const kernel = node.link(node.podNetns("a"), "in1");
    expect(node.peer.portReports.get("uid-a in1")).toMatchObject({
      ifIndex: kernel?.ifindex,
      mac: kernel?.address,
      mtuBytes: 1450,
      isUp: true,
      addresses: expect.arrayContaining(["10.0.0.1/24", "fd00::1/64"]),
      message: "",
    });
    expect(node.half("default/a:in1")?.mtu).toBe(1450);
    expect(scene.api.malformed).toEqual([]);
  });
});
