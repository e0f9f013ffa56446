import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { answers, buildAgent, pod, port, Scene, type TestNode, wire } from "./testing/scene.js";

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
  await scene.api.until("carrier", () => ["a", "b"].every(hasCarrier));
});
afterEach(() => scene.end());

const hasCarrier = (name: string) => node.peer.portReports.get(`uid-${name} in1`)?.hasCarrier === true;
const inspect = (mend = false) => node.peer.ask("inspect", { mend });

test("a node that is as asked differs in nothing", async () => {
  const { panel, differences, extras, ports, vnis } = await inspect();
  expect({ panel, differences, extras, vnis }).toEqual({ panel: node.panel, differences: [], extras: [], vnis: [] });
  expect(ports.map(({ podUid, interface: ifName }) => `${podUid}:${ifName}`).sort()).toEqual([
    "uid-a:in1",
    "uid-b:in1",
  ]);
});

test("a device that is not the agent's is named, left alone, and removed only on request", async () => {
  node.inPanel("ip", "link", "add", "mine", "type", "bridge");
  node.inPanel("ip", "link", "set", "mine", "alias", "an experiment");
  const found = { ifName: "mine", kind: "bridge", alias: "an experiment", isOwn: false };
  expect((await inspect()).extras).toEqual([found]);
  expect((await inspect(true)).extras).toEqual([found]);
  // It is taken away by another thread, and then heard of.
  await expect.poll(async () => (await inspect()).extras).toEqual([]);
  await expect.poll(async () => (await inspect()).differences).toEqual([]);
  expect(answers(node.podNetns("a"), "10.0.0.2")).toBe(true);
});

test("a port that somebody keeps taking away is named while its repair is put off, and is there at once when asked", async () => {
  const half = () => node.half("default/a:in1")?.ifname ?? "";
  const repairs = () => node.peer.events.filter(({ reason }) => reason === "LinkRepaired").length;
  for (let i = 0; i < 12 && !node.peer.events.some(({ reason }) => reason === "RepairPaused"); i++) {
    const before = repairs();
    node.inPanel("ip", "link", "del", half());
    const isAnswered = () => repairs() > before || node.peer.events.some(({ reason }) => reason === "RepairPaused");
    await scene.api.until("an answer", isAnswered, 3000);
  }
  expect((await inspect()).differences).toEqual([
    { kind: "Link", namespace: "default", name: "ab", findings: ["the port default/a:in1 is missing"] },
  ]);
  expect((await inspect(true)).differences).toHaveLength(1);
  expect((await inspect()).differences).toEqual([]);
  expect(answers(node.podNetns("a"), "10.0.0.2")).toBe(true);
});
