import { LINKS_READY_GATE } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { annotationTo, eventually, isGone, isPhase, useKubeWorld } from "../test-support/kube-world.js";

// biome-ignore lint/suspicious/noExplicitAny: bodies are looked into freely
type Body = any;

const world = useKubeWorld();

/** What a kubelet says of a pod, with what it says of gates. */
const setReady = (name: string, isReady: boolean, more?: { gate?: string }) => {
  const status = isReady ? "True" : "False";
  const ready = more === undefined ? { status } : { status: "False", reason: "ReadinessGatesNotReady" };
  const value = [
    { type: "ContainersReady", status },
    { type: "Ready", ...ready },
    ...(more?.gate === undefined ? [] : [{ type: more.gate, status: "True" }]),
  ];
  return world().kube.core.patchNamespacedPodStatus({
    name,
    namespace: world().namespace,
    body: [{ op: "add", path: "/status/conditions", value }],
  });
};
const isIn = (pod: string) => (body: Body) => body.status?.endpoints?.[1]?.pod === pod && body.status.phase === "Up";
const WEB = { ratchet: "true", app: "web" };
const TO_WEB = annotationTo({ podSelector: { app: "web" }, interface: "in1", addresses: ["10.0.0.2/24"] });

test("a Deployment's replacement takes the wire when it is ready, also one that waits for the wire itself", async () => {
  await world().createPod("a", { annotations: TO_WEB, node: "left" });
  const path = world().linkPath("a-eth1");
  const old = await world().createPod("web-1", { labels: WEB, node: "right" });
  await world().api.until(world().podPath("web-1"), isPhase("Ready"));
  const waiting = await world().api.until(path, isPhase("Pending"));
  expect(waiting.status.conditions[0].message).toBe("there is no ready pod with app=web yet");
  await setReady("web-1", true);
  await world().api.until(path, isIn("web-1"));
  expect(world().right.ports.get(`${old} in1`)).toMatchObject({ addresses: ["10.0.0.2/24"] });

  // Kubernetes tells the age of pods in seconds.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const gates = [{ conditionType: LINKS_READY_GATE }, { conditionType: "example.com/warm" }];
  const fresh = await world().createPod("web-2", { labels: WEB, node: "left", readinessGates: gates });
  await setReady("web-2", true, {});
  await world().api.until(world().podPath("web-2"), isPhase("Ready"));
  expect((await world().api.get(path)).body.status.endpoints[1].pod).toBe("web-1");
  await setReady("web-2", true, { gate: "example.com/warm" });
  const moved = await world().api.until(path, isIn("web-2"));
  expect(moved.status).toMatchObject({ transport: "veth", vni: null });
  await world().right.until(() => world().right.ports.size === 0);
  expect(world().left.ports.get(`${fresh} in1`)).toMatchObject({ addresses: ["10.0.0.2/24"] });

  const told = (pod: string, reason: string, text: string) =>
    eventually(
      () => world().eventsOf(pod),
      (events) => events.some((event) => event.reason === reason && event.message?.includes(text)),
    );
  await told("web-1", "LinkArrived", "link a-eth1 ends here at in1 now: the newest ready pod with app=web");
  await told("web-1", "LinkLeft", "for pod web-2");
  await told("web-2", "LinkArrived", "after pod web-1");

  await setReady("web-2", false);
  await world().api.until(path, isIn("web-1"));
  await world().deletePod("web-1");
  await world().deletePod("web-2");
  await world().api.until(path, isPhase("Pending"));
  await eventually(
    () => world().eventsOf("a"),
    (events) => events.some(({ reason, message }) => reason === "LinkWaiting" && message?.includes("app=web")),
  );
});

test("a replacement under another name takes over what the chosen pod kept, and nothing of it stays behind", async () => {
  await world().createPod("web-1", { labels: WEB, node: "right" });
  await setReady("web-1", true);
  await world().createPod("a-1", { annotations: TO_WEB, node: "left" });
  await world().api.until(world().linkPath("a-1-eth1"), isIn("web-1"));
  await world().deletePod("a-1");
  await world().api.until(world().podPath("web-1"), (body) => body.spec.interfaces?.length === 1);
  await world().createPod("a-2", { annotations: TO_WEB, node: "left" });
  await world().api.until(world().linkPath("a-2-eth1"), isIn("web-1"));
  await world().api.until(world().podPath("web-1"), (body) => body.spec.interfaces === undefined);
  await world().patchPod("a-2", { annotations: { "ratchet.network/links": "[]" } });
  await world().api.until(world().linkPath("a-2-eth1"), isGone);
  await world().right.until(() => world().right.ports.size === 0);
});

test("the chosen pod keeps its interface while the one that asked is replaced, and a restart chooses the same", async () => {
  await world().createPod("a", { annotations: TO_WEB, node: "left" });
  for (const name of ["web-1", "web-2"]) {
    await world().createPod(name, { labels: WEB, node: "right" });
    await setReady(name, true);
  }
  const path = world().linkPath("a-eth1");
  const { status } = await world().api.until(
    path,
    (body) => body.status?.phase === "Up" && world().right.ports.size === 1,
  );
  const chosen: string = status.endpoints[1].pod;
  const [key] = world().right.ports.keys();
  const before = world().right.assignments.length;

  await world().deletePod("a");
  await world().api.until(path, isGone);
  const kept = await world().api.until(world().podPath(chosen), (body) => body.status.interfaces[0]?.link === null);
  expect(kept.spec.interfaces).toEqual([{ name: "in1", addresses: ["10.0.0.2/24"] }]);
  await world().createPod("a", { annotations: TO_WEB, node: "left" });
  await world().api.until(path, isIn(chosen));
  await world().api.until(world().podPath(chosen), (body) => body.spec.interfaces === undefined);
  expect([...world().right.ports.keys()]).toEqual([key]);
  expect(
    world()
      .right.assignments.slice(before)
      .flatMap(({ removedPorts }) => removedPorts),
  ).toEqual([]);

  await world().left.kill();
  await world().right.kill();
  await world().api.restart();
  await world().connectAgents();
  await world().api.until(path, isIn(chosen));
  expect([...world().right.ports.keys()]).toEqual([key]);
});

test("a replacement under another name waits for the interface that its predecessor still has, and gets it as it is", async () => {
  const peer = await world().createPod("b", { labels: { ratchet: "true" }, node: "right" });
  const annotations = annotationTo({ pod: "b", interface: "in1", addresses: ["10.0.0.2/24"] });
  await world().createPod("a-1", { annotations, node: "left" });
  await world().api.until(world().linkPath("a-1-eth1"), isPhase("Up"));
  await world().createPod("a-2", { annotations, node: "left" });
  await world().api.until(
    world().podPath("a-2"),
    ({ status }) => status?.phase === "Ready" && status.message.includes("already used by link a-1-eth1"),
  );
  await world().deletePod("a-1");
  await world().api.until(world().linkPath("a-2-eth1"), isPhase("Up"));
  await world().api.until(world().podPath("a-2"), (body) => body.status.message === "");
  await world().api.until(world().podPath("b"), (body) => body.spec.interfaces === undefined);
  expect([...world().right.ports.keys()]).toEqual([`${peer} in1`]);
  expect(world().right.assignments.flatMap(({ removedPorts }) => removedPorts)).toEqual([]);
});
