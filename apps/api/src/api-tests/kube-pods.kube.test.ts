import { LINKS_READY_GATE } from "@ratchet/contracts";
import { type EtcdCluster, startEtcd } from "@ratchet/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { PodEvent } from "../kube/cluster.js";
import { KubernetesCluster } from "../kube/kubernetes-cluster.js";
import { AgentStandIn } from "../test-support/agent-stand-in.js";
import { KubeApiServer } from "../test-support/kube-apiserver.js";
import { TestApi } from "../test-support/running-api.js";

let etcd: EtcdCluster;
let kube: KubeApiServer;
let api: TestApi;
let left: AgentStandIn;
let right: AgentStandIn;
let namespace: string;
let count = 0;

beforeAll(async () => {
  etcd = await startEtcd();
  kube = await KubeApiServer.start(etcd.endpoints[0] ?? "");
}, 90_000);
afterAll(async () => {
  await kube?.close();
  await etcd?.close();
});

beforeEach(async () => {
  namespace = `t${++count}`;
  await kube.core.createNamespace({ body: { metadata: { name: namespace } } });
  api = await TestApi.start({ kubeconfig: kube.kubeconfig });
  left = await AgentStandIn.connect({ url: api.url, name: "left", vtepAddress: "10.9.0.1" });
  right = await AgentStandIn.connect({ url: api.url, name: "right", vtepAddress: "10.9.0.2" });
});
afterEach(async () => {
  await left?.kill();
  await right?.kill();
  await api?.stop();
  // What one test leaves would be another's pair.
  for (const where of [namespace, `${namespace}-b`]) {
    await kube.core.deleteCollectionNamespacedPod({ namespace: where, body: { gracePeriodSeconds: 0 } });
  }
});

const PRIMARY = {
  ratchet: "true",
  "ratchet.pod_name": "primary-pod",
  "ratchet.primary": "true",
  "ratchet.pair_name": "pair-pod",
  "ratchet.local_ip": "192.168.2.100",
  "ratchet.local_ifname": "in1",
  "ratchet.pair_ip": "192.168.2.101",
  "ratchet.pair_ifname": "in2",
};
const PAIR = { ratchet: "true", "ratchet.pod_name": "pair-pod", "ratchet.primary": "false" };

interface PodParts {
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  node?: string;
  readinessGates?: { conditionType: string }[];
  in?: string;
}

async function createPod(name: string, parts: PodParts): Promise<string> {
  const { labels = {}, annotations = {}, node, readinessGates, in: where = namespace } = parts;
  const pod = await kube.core.createNamespacedPod({
    namespace: where,
    body: {
      metadata: { name, labels, annotations },
      spec: {
        containers: [{ name: "main", image: "none" }],
        ...(node === undefined ? {} : { nodeName: node }),
        ...(readinessGates === undefined ? {} : { readinessGates }),
      },
    },
  });
  return pod.metadata?.uid ?? "";
}

const deletePod = (name: string) => kube.core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 });
const patchPod = (name: string, metadata: object) =>
  kube.core.patchNamespacedPod({
    name,
    namespace,
    body: Object.entries(metadata).flatMap(([part, entries]) =>
      Object.entries(entries as Record<string, string>).map(([key, value]) => ({
        op: "add",
        path: `/metadata/${part}/${key.replaceAll("/", "~1")}`,
        value,
      })),
    ),
  });
const linkPath = (name: string) => `/api/v1/namespaces/${namespace}/links/${name}`;
const podPath = (name: string) => `/api/v1/namespaces/${namespace}/pods/${name}`;
// biome-ignore lint/suspicious/noExplicitAny: bodies are looked into freely
type Body = any;
const isPhase = (phase: string) => (body: Body) => body.status?.phase === phase;
const isGone = (body: Body) => body.code === "NotFound";

async function eventually<T>(read: () => Promise<T>, is: (value: T) => boolean, withinMs = 60_000): Promise<T> {
  const endMs = Date.now() + withinMs;
  for (;;) {
    const value = await read();
    if (is(value)) return value;
    if (Date.now() > endMs) throw new Error(`stayed ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const eventsOf = async (pod: string) =>
  (await kube.core.listNamespacedEvent({ namespace })).items
    .filter((event) => event.involvedObject.name === pod)
    .map(({ reason, message, type }) => ({ reason, message, type }));

async function createPair(): Promise<{ primary: string; pair: string }> {
  const primary = await createPod("primary-pod", { labels: PRIMARY, node: "left" });
  const pair = await createPod("pair-pod", { labels: PAIR, node: "right" });
  await api.until(linkPath("primary-pod-pair-pod"), isPhase("Up"));
  return { primary, pair };
}

test("a labelled pair appears at once, wired, under the cluster's own uids", async () => {
  // The first of all pods finds everything cold: connections, compiler, file system.
  await createPod("first", { labels: { ratchet: "true" }, node: "left" });
  await api.until(podPath("first"), isPhase("Ready"));
  const primary = await createPod("primary-pod", { labels: PRIMARY, node: "left" });
  const startedMs = performance.now();
  const shown = await api.until(podPath("primary-pod"), isPhase("Ready"));
  // A fraction of a second; what a busy machine adds says nothing about the watch.
  process.stdout.write(`a pod is shown ${Math.round(performance.now() - startedMs)} ms after it was created\n`);
  expect(shown).toMatchObject({
    metadata: { uid: primary, labels: { "ratchet.network/source": "kubernetes" } },
    spec: { node: "left", sandbox: { cni: true } },
  });
  const waiting = await api.until(linkPath("primary-pod-pair-pod"), isPhase("Pending"));
  expect(waiting.status.conditions[0]).toMatchObject({ reason: "PodMissing", message: "there is no pod pair-pod yet" });

  await createPod("pair-pod", { labels: PAIR, node: "right" });
  const up = await api.until(linkPath("primary-pod-pair-pod"), isPhase("Up"));
  expect(up.metadata).toMatchObject({
    labels: { "ratchet.network/source": "kubernetes" },
    annotations: { "ratchet.network/owner": `${namespace}/primary-pod/${primary}` },
  });
  expect(up.status.transport).toBe("vxlan");
  expect(left.podNamed("primary-pod")?.sandbox).toEqual({ cni: true });
});

test("a pod is shown before it is scheduled, and placed when it is", async () => {
  await createPod("late", { labels: { ratchet: "true" } });
  const pending = await api.until(podPath("late"), isPhase("Pending"));
  expect(pending.status.message).toBe("Kubernetes has not scheduled it yet");
  await kube.core.createNamespacedPodBinding({
    name: "late",
    namespace,
    body: { metadata: { name: "late" }, target: { apiVersion: "v1", kind: "Node", name: "left" } },
  });
  await api.until(podPath("late"), isPhase("Ready"));
});

test("pods that are not Ratchet's are left alone", async () => {
  await createPod("other", { labels: { ratchet: "false" }, node: "left" });
  await createPod("ours", { labels: { ratchet: "true" }, node: "left" });
  await api.until(podPath("ours"), isPhase("Ready"));
  expect((await api.get(podPath("other"))).status).toBe(404);
});

test("where the prototype's labels do not count, the annotation alone makes a pod and its links", async () => {
  await api.stop();
  api = await TestApi.start({ kubeconfig: kube.kubeconfig, usesLabels: false });
  await createPod("primary-pod", { labels: PRIMARY, node: "left" });
  await createPod("a", {
    labels: { ratchet: "true" },
    annotations: annotationTo({ pod: "b", interface: "x" }),
    node: "left",
  });
  await api.until(linkPath("a-eth1"), isPhase("Pending"));
  const { items } = (await api.get(`/api/v1/namespaces/${namespace}/pods`)).body;
  expect(items.map((item: Body) => item.metadata.name)).toEqual(["a"]);
});

test("a deleted pod takes its links along and gives them back with its next uid", async () => {
  const { primary } = await createPair();
  await deletePod("primary-pod");
  await api.until(podPath("primary-pod"), isGone);
  await api.until(linkPath("primary-pod-pair-pod"), isGone);
  await api.until(podPath("pair-pod"), isPhase("Ready"));
  const again = await createPod("primary-pod", { labels: PRIMARY, node: "left" });
  expect(again).not.toBe(primary);
  const up = await api.until(linkPath("primary-pod-pair-pod"), isPhase("Up"));
  expect(up.metadata.annotations["ratchet.network/owner"]).toBe(`${namespace}/primary-pod/${again}`);
});

test("the pod that stays keeps its interface, until it goes or the other comes back without asking for it", async () => {
  const { pair } = await createPair();
  const port = () => right.ports.get(`${pair} in2`);
  const before = port();
  expect(before).toMatchObject({ addresses: ["192.168.2.101/24"] });
  const wasTakenAway = () => right.assignments.some(({ removedPorts }) => removedPorts.length > 0);
  await deletePod("primary-pod");
  await api.until(linkPath("primary-pod-pair-pod"), isGone);
  const kept = await api.until(podPath("pair-pod"), (body) => body.status.interfaces?.[0]?.link === null);
  expect(kept.spec.interfaces).toEqual([{ name: "in2", addresses: ["192.168.2.101/24"] }]);
  expect(port()).toEqual(before);

  // What a client writes back does not make the interface its own.
  const { apiVersion: _version, kind: _kind, status: _status, ...input } = kept;
  await api.request("PUT", podPath("pair-pod"), { ...input, spec: { ...kept.spec, sysctls: {} } });
  await createPod("primary-pod", { labels: PRIMARY, node: "left" });
  await api.until(linkPath("primary-pod-pair-pod"), isPhase("Up"));
  expect((await api.get(podPath("pair-pod"))).body.spec.interfaces).toBeUndefined();
  expect(port()).toEqual(before);
  expect(wasTakenAway()).toBe(false);

  await deletePod("primary-pod");
  await api.until(linkPath("primary-pod-pair-pod"), isGone);
  await createPod("primary-pod", { labels: { ...PRIMARY, "ratchet.pair_ifname": "other" }, node: "left" });
  await api.until(linkPath("primary-pod-pair-pod"), isPhase("Up"));
  await right.until(() => port() === undefined);
  expect(right.ports.get(`${pair} other`)).toMatchObject({ addresses: ["192.168.2.101/24"] });

  await deletePod("primary-pod");
  await deletePod("pair-pod");
  await api.until(podPath("pair-pod"), isGone);
  await right.until(() => right.ports.size === 0);
});

/** What a kubelet says of a pod, with what it says of gates. */
const setReady = (name: string, isReady: boolean, more?: { gate?: string }) => {
  const status = isReady ? "True" : "False";
  const ready = more === undefined ? { status } : { status: "False", reason: "ReadinessGatesNotReady" };
  const value = [
    { type: "ContainersReady", status },
    { type: "Ready", ...ready },
    ...(more?.gate === undefined ? [] : [{ type: more.gate, status: "True" }]),
  ];
  return kube.core.patchNamespacedPodStatus({
    name,
    namespace,
    body: [{ op: "add", path: "/status/conditions", value }],
  });
};
const isIn = (pod: string) => (body: Body) => body.status?.endpoints?.[1]?.pod === pod && body.status.phase === "Up";
const WEB = { ratchet: "true", app: "web" };
const annotationTo = (peer: object) => ({
  "ratchet.network/links": JSON.stringify([{ interface: "eth1", addresses: ["10.0.0.1/24"], peer }]),
});
const TO_WEB = annotationTo({ podSelector: { app: "web" }, interface: "in1", addresses: ["10.0.0.2/24"] });

test("a Deployment's replacement takes the wire when it is ready, also one that waits for the wire itself", async () => {
  await createPod("a", { annotations: TO_WEB, node: "left" });
  const path = linkPath("a-eth1");
  const old = await createPod("web-1", { labels: WEB, node: "right" });
  await api.until(podPath("web-1"), isPhase("Ready"));
  const waiting = await api.until(path, isPhase("Pending"));
  expect(waiting.status.conditions[0].message).toBe("there is no ready pod with app=web yet");
  await setReady("web-1", true);
  await api.until(path, isIn("web-1"));
  expect(right.ports.get(`${old} in1`)).toMatchObject({ addresses: ["10.0.0.2/24"] });

  // Kubernetes tells the age of pods in seconds.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const gates = [{ conditionType: LINKS_READY_GATE }, { conditionType: "example.com/warm" }];
  const fresh = await createPod("web-2", { labels: WEB, node: "left", readinessGates: gates });
  await setReady("web-2", true, {});
  await api.until(podPath("web-2"), isPhase("Ready"));
  expect((await api.get(path)).body.status.endpoints[1].pod).toBe("web-1");
  await setReady("web-2", true, { gate: "example.com/warm" });
  const moved = await api.until(path, isIn("web-2"));
  expect(moved.status).toMatchObject({ transport: "veth", vni: null });
  await right.until(() => right.ports.size === 0);
  expect(left.ports.get(`${fresh} in1`)).toMatchObject({ addresses: ["10.0.0.2/24"] });

  const told = (pod: string, reason: string, text: string) =>
    eventually(
      () => eventsOf(pod),
      (events) => events.some((event) => event.reason === reason && event.message?.includes(text)),
    );
  await told("web-1", "LinkArrived", "link a-eth1 ends here at in1 now: the newest ready pod with app=web");
  await told("web-1", "LinkLeft", "for pod web-2");
  await told("web-2", "LinkArrived", "after pod web-1");

  await setReady("web-2", false);
  await api.until(path, isIn("web-1"));
  await deletePod("web-1");
  await deletePod("web-2");
  await api.until(path, isPhase("Pending"));
  await eventually(
    () => eventsOf("a"),
    (events) => events.some(({ reason, message }) => reason === "LinkWaiting" && message?.includes("app=web")),
  );
});

test("a replacement under another name takes over what the chosen pod kept, and nothing of it stays behind", async () => {
  await createPod("web-1", { labels: WEB, node: "right" });
  await setReady("web-1", true);
  await createPod("a-1", { annotations: TO_WEB, node: "left" });
  await api.until(linkPath("a-1-eth1"), isIn("web-1"));
  await deletePod("a-1");
  await api.until(podPath("web-1"), (body) => body.spec.interfaces?.length === 1);
  await createPod("a-2", { annotations: TO_WEB, node: "left" });
  await api.until(linkPath("a-2-eth1"), isIn("web-1"));
  await api.until(podPath("web-1"), (body) => body.spec.interfaces === undefined);
  await patchPod("a-2", { annotations: { "ratchet.network/links": "[]" } });
  await api.until(linkPath("a-2-eth1"), isGone);
  await right.until(() => right.ports.size === 0);
});

test("the chosen pod keeps its interface while the one that asked is replaced, and a restart chooses the same", async () => {
  await createPod("a", { annotations: TO_WEB, node: "left" });
  for (const name of ["web-1", "web-2"]) {
    await createPod(name, { labels: WEB, node: "right" });
    await setReady(name, true);
  }
  const path = linkPath("a-eth1");
  const { status } = await api.until(path, (body) => body.status?.phase === "Up" && right.ports.size === 1);
  const chosen: string = status.endpoints[1].pod;
  const [key] = right.ports.keys();
  const before = right.assignments.length;

  await deletePod("a");
  await api.until(path, isGone);
  const kept = await api.until(podPath(chosen), (body) => body.status.interfaces[0]?.link === null);
  expect(kept.spec.interfaces).toEqual([{ name: "in1", addresses: ["10.0.0.2/24"] }]);
  await createPod("a", { annotations: TO_WEB, node: "left" });
  await api.until(path, isIn(chosen));
  await api.until(podPath(chosen), (body) => body.spec.interfaces === undefined);
  expect([...right.ports.keys()]).toEqual([key]);
  expect(right.assignments.slice(before).flatMap(({ removedPorts }) => removedPorts)).toEqual([]);

  await left.kill();
  await right.kill();
  await api.restart();
  left = await AgentStandIn.connect({ url: api.url, name: "left", vtepAddress: "10.9.0.1" });
  right = await AgentStandIn.connect({ url: api.url, name: "right", vtepAddress: "10.9.0.2" });
  await api.until(path, isIn(chosen));
  expect([...right.ports.keys()]).toEqual([key]);
});

test("a replacement under another name waits for the interface that its predecessor still has, and gets it as it is", async () => {
  const peer = await createPod("b", { labels: { ratchet: "true" }, node: "right" });
  const annotations = annotationTo({ pod: "b", interface: "in1", addresses: ["10.0.0.2/24"] });
  await createPod("a-1", { annotations, node: "left" });
  await api.until(linkPath("a-1-eth1"), isPhase("Up"));
  await createPod("a-2", { annotations, node: "left" });
  await api.until(
    podPath("a-2"),
    ({ status }) => status?.phase === "Ready" && status.message.includes("already used by link a-1-eth1"),
  );
  await deletePod("a-1");
  await api.until(linkPath("a-2-eth1"), isPhase("Up"));
  await api.until(podPath("a-2"), (body) => body.status.message === "");
  await api.until(podPath("b"), (body) => body.spec.interfaces === undefined);
  expect([...right.ports.keys()]).toEqual([`${peer} in1`]);
  expect(right.assignments.flatMap(({ removedPorts }) => removedPorts)).toEqual([]);
});

test("an operator's cut, its re-route and its delete last until the pod's uid is gone", async () => {
  await createPair();
  const path = linkPath("primary-pod-pair-pod");
  await createPod("third", { labels: { ratchet: "true" }, node: "left" });
  await api.until(podPath("third"), isPhase("Ready"));
  await api.request("PATCH", path, { spec: { state: "down" } });
  await api.post(`${path}/reroute`, { endpoint: 1, to: { pod: "third", interface: "x" } });
  await patchPod("primary-pod", { labels: { "ratchet.local_ip": "192.168.2.77" } });
  const edited = await api.until(path, (body) => body.spec.endpoints[0].addresses[0] === "192.168.2.77/24");
  expect(edited.spec).toMatchObject({ state: "down", endpoints: [{ pod: "primary-pod" }, { pod: "third" }] });

  await api.request("DELETE", path);
  await patchPod("primary-pod", { labels: { app: "touched" } });
  await createPod("marker", { labels: { ratchet: "true" }, node: "left" });
  await api.until(podPath("marker"), isPhase("Ready"));
  expect((await api.get(path)).status).toBe(404);

  await deletePod("primary-pod");
  await api.until(podPath("primary-pod"), isGone);
  await createPod("primary-pod", { labels: PRIMARY, node: "left" });
  const fresh = await api.until(path, isPhase("Up"));
  expect(fresh.spec).toMatchObject({ state: "up", endpoints: [{ pod: "primary-pod" }, { pod: "pair-pod" }] });
});

test("a client can neither take away nor forge where a link comes from", async () => {
  const { primary } = await createPair();
  const path = linkPath("primary-pod-pair-pod");
  const { body } = await api.get(path);
  await api.request("PUT", path, { metadata: { name: body.metadata.name }, spec: { ...body.spec, state: "down" } });
  const after = await api.until(path, (link) => link.spec.state === "down");
  expect(after.metadata.annotations["ratchet.network/owner"]).toBe(`${namespace}/primary-pod/${primary}`);
  const forged = await api.post(`/api/v1/namespaces/${namespace}/pods`, {
    metadata: { name: "forged", labels: { "ratchet.network/source": "kubernetes" } },
    spec: { sandbox: { managed: true } },
  });
  expect(forged.body.metadata.labels).toEqual({});
  const cni = await api.post(`/api/v1/namespaces/${namespace}/pods`, {
    metadata: { name: "cni" },
    spec: { sandbox: { cni: true } },
  });
  expect(cni.status).toBe(422);
});

test("an annotation makes several links; what is wrong with one is said at the pod, and mended without a restart", async () => {
  await createPod("b", { labels: { ratchet: "true" }, node: "right" });
  const links = [
    { interface: "in1", addresses: ["10.0.0.1/31", "fd00::1/64"], peer: { pod: "b", interface: "x" } },
    { interface: "in2", addresses: ["10.0.0"], peer: { pod: "b", interface: "y" } },
  ];
  const uid = await createPod("a", { annotations: { "ratchet.network/links": JSON.stringify(links) }, node: "left" });
  await api.until(linkPath("a-in1"), isPhase("Up"));
  const pod = await api.until(podPath("a"), (body) => body.status?.message?.includes("[1].addresses[0]"));
  expect(pod.status).toMatchObject({ phase: "Ready", message: expect.stringContaining("prefix length") });
  await eventually(
    () => eventsOf("a"),
    (events) => events.some(({ reason, type }) => reason === "LinksInvalid" && type === "Warning"),
  );
  const mended = [links[0], { ...links[1], addresses: ["10.0.1.1/24"] }];
  await patchPod("a", { annotations: { "ratchet.network/links": JSON.stringify(mended) } });
  await api.until(linkPath("a-in2"), isPhase("Up"));
  expect(await api.until(podPath("a"), (body) => body.status.message === "")).toMatchObject({ metadata: { uid } });
  await eventually(
    () => eventsOf("a"),
    (events) => events.some(({ reason }) => reason === "LinksValid"),
  );
  await patchPod("a", { annotations: { "ratchet.network/links": JSON.stringify([mended[1]]) } });
  await api.until(linkPath("a-in1"), isGone);
});

test("bad labels leave the pod Ready, say in status and Event what is wrong, and are mended by labels alone", async () => {
  await createPod("pair-pod", { labels: PAIR, node: "right" });
  await createPod("primary-pod", { labels: { ...PRIMARY, "ratchet.local_ip": "192.168.2.300" }, node: "left" });
  const bad = await api.until(linkPath("primary-pod-pair-pod"), isPhase("Error"));
  expect(bad.status.conditions[0].message).toContain('metadata.labels["ratchet.local_ip"] "192.168.2.300" is no IPv4');
  await api.until(podPath("primary-pod"), isPhase("Ready"));
  await eventually(
    () => eventsOf("primary-pod"),
    (events) => events.some(({ reason, message }) => reason === "LinkFailed" && message?.includes("ratchet.local_ip")),
  );
  await patchPod("primary-pod", { labels: { "ratchet.local_ip": "192.168.2.100" } });
  await api.until(linkPath("primary-pod-pair-pod"), isPhase("Up"));
  await eventually(
    () => eventsOf("primary-pod"),
    (events) => events.some(({ reason }) => reason === "LinkUp"),
  );
  await patchPod("primary-pod", { labels: { "ratchet.local_ifname": "sixteen-byte-ifn" } });
  const pod = await api.until(podPath("primary-pod"), (body) => body.status.message.includes("ratchet.local_ifname"));
  expect(pod.status).toMatchObject({ phase: "Ready", message: expect.stringContaining("at most 15 bytes") });
  await patchPod("primary-pod", { labels: { "ratchet.local_ifname": "in9" } });
  await api.until(linkPath("primary-pod-pair-pod"), isPhase("Up"));
});

test("both sides primary, a missing pair and one of another namespace are told apart", async () => {
  const mirrored = { "ratchet.pod_name": "pair-pod", "ratchet.pair_name": "primary-pod" };
  await createPod("primary-pod", { labels: PRIMARY, node: "left" });
  await eventually(
    () => eventsOf("primary-pod"),
    (events) => events.some(({ reason, message }) => reason === "LinkWaiting" && message?.includes("no pod pair-pod")),
  );
  const elsewhere = `${namespace}-b`;
  await kube.core.createNamespace({ body: { metadata: { name: elsewhere } } });
  await createPod("pair-pod", { labels: PAIR, node: "right", in: elsewhere });
  const strange = await api.until(linkPath("primary-pod-pair-pod"), isPhase("Error"));
  expect(strange.status.conditions[0].message).toContain(`is pod pair-pod of namespace ${elsewhere}`);

  await createPod("pair-pod", { labels: { ...PRIMARY, ...mirrored }, node: "right" });
  const both = await api.until(linkPath("pair-pod-primary-pod"), isPhase("Error"));
  expect(both.status.conditions[0].message).toContain('set it to "false" on one of them');
  await patchPod("pair-pod", { labels: { "ratchet.primary": "false" } });
  await api.until(linkPath("primary-pod-pair-pod"), isPhase("Up"));
  await api.until(linkPath("pair-pod-primary-pod"), isGone);
});

test("what a person made is not overwritten, and comes to its right when the name is free", async () => {
  await api.pod("primary-pod", { sandbox: { managed: true }, node: "left" }, namespace);
  await createPod("primary-pod", { labels: PRIMARY, node: "left" });
  await eventually(
    () => eventsOf("primary-pod"),
    (events) => events.some(({ reason }) => reason === "NameTaken"),
  );
  expect((await api.get(podPath("primary-pod"))).body.spec.sandbox).toEqual({ managed: true });
  const ends = [
    { pod: "x", interface: "a" },
    { pod: "y", interface: "a" },
  ];
  await api.link("primary-pod-pair-pod", ends, {}, namespace);
  await api.request("DELETE", podPath("primary-pod"));
  const shown = await api.until(podPath("primary-pod"), (body) =>
    body.status?.message?.includes("is taken by another Link"),
  );
  expect(shown.spec.sandbox).toEqual({ cni: true });
  await api.request("DELETE", linkPath("primary-pod-pair-pod"));
  await api.until(linkPath("primary-pod-pair-pod"), isPhase("Pending"));
});

test("the readiness gate follows the links of a pod that asks for it", async () => {
  await createPod("primary-pod", {
    labels: PRIMARY,
    node: "left",
    readinessGates: [{ conditionType: LINKS_READY_GATE }],
  });
  const gate = async () =>
    (await kube.core.readNamespacedPod({ name: "primary-pod", namespace })).status?.conditions?.find(
      ({ type }) => type === LINKS_READY_GATE,
    );
  const waiting = await eventually(gate, (condition) => condition?.status === "False");
  expect(waiting?.message).toContain("there is no pod pair-pod yet");
  await createPod("pair-pod", { labels: PAIR, node: "right" });
  await eventually(gate, (condition) => condition?.status === "True");
  await deletePod("pair-pod");
  await eventually(gate, (condition) => condition?.status === "False");
});

test("a cluster that was away is followed again, with what happened meanwhile", async () => {
  await createPair();
  await kube.kill();
  await kube.start();
  await createPod("after", { labels: { ratchet: "true" }, node: "left" });
  await api.until(podPath("after"), isPhase("Ready"));
  await api.until(linkPath("primary-pod-pair-pod"), isPhase("Up"));
});

test("what went while this process was away is taken out at its start, and nothing else", async () => {
  await createPair();
  await left.kill();
  await right.kill();
  await api.restart();
  left = await AgentStandIn.connect({ url: api.url, name: "left", vtepAddress: "10.9.0.1" });
  right = await AgentStandIn.connect({ url: api.url, name: "right", vtepAddress: "10.9.0.2" });
  const { body } = await api.get(linkPath("primary-pod-pair-pod"));
  await api.until(linkPath("primary-pod-pair-pod"), isPhase("Up"));
  expect((await api.get(linkPath("primary-pod-pair-pod"))).body.metadata.uid).toBe(body.metadata.uid);
});

test("a version that is no longer kept is said to be gone, so that everything is listed anew", async () => {
  const heard: PodEvent[] = [];
  const outcome = await new KubernetesCluster(kube.kubeconfig)
    .watchPods("1", (event) => heard.push(event), AbortSignal.timeout(60_000))
    .then(
      () => undefined,
      (error: { statusCode?: number }) => error.statusCode,
    );
  const inStream = heard.find(({ type }) => type === "ERROR")?.object as { code?: number } | undefined;
  expect(outcome ?? inStream?.code).toBe(410);
});
