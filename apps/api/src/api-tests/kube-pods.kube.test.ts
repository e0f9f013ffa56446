import { LINKS_READY_GATE } from "@ratchet/contracts";
import { expect, test } from "vitest";
import type { PodEvent } from "../kube/cluster.js";
import { KubernetesCluster } from "../kube/kubernetes-cluster.js";
import { annotationTo, eventually, isGone, isPhase, PAIR, PRIMARY, useKubeWorld } from "../test-support/kube-world.js";
import { TestApi } from "../test-support/running-api.js";

// biome-ignore lint/suspicious/noExplicitAny: bodies are looked into freely
type Body = any;

const world = useKubeWorld();

test("a labelled pair appears at once, wired, under the cluster's own uids", async () => {
  // The first of all pods finds everything cold: connections, compiler, file system.
  await world().createPod("first", { labels: { ratchet: "true" }, node: "left" });
  await world().api.until(world().podPath("first"), isPhase("Ready"));
  const primary = await world().createPod("primary-pod", { labels: PRIMARY, node: "left" });
  const startedMs = performance.now();
  const shown = await world().api.until(world().podPath("primary-pod"), isPhase("Ready"));
  // A fraction of a second; what a busy machine adds says nothing about the watch.
  process.stdout.write(`a pod is shown ${Math.round(performance.now() - startedMs)} ms after it was created\n`);
  expect(shown).toMatchObject({
    metadata: { uid: primary, labels: { "ratchet.network/source": "kubernetes" } },
    spec: { node: "left", sandbox: { cni: true } },
  });
  const waiting = await world().api.until(world().linkPath("primary-pod-pair-pod"), isPhase("Pending"));
  expect(waiting.status.conditions[0]).toMatchObject({ reason: "PodMissing", message: "there is no pod pair-pod yet" });

  await world().createPod("pair-pod", { labels: PAIR, node: "right" });
  const up = await world().api.until(world().linkPath("primary-pod-pair-pod"), isPhase("Up"));
  expect(up.metadata).toMatchObject({
    labels: { "ratchet.network/source": "kubernetes" },
    annotations: { "ratchet.network/owner": `${world().namespace}/primary-pod/${primary}` },
  });
  expect(up.status.transport).toBe("vxlan");
  expect(world().left.podNamed("primary-pod")?.sandbox).toEqual({ cni: true });
});

test("a pod is shown before it is scheduled, and placed when it is", async () => {
  await world().createPod("late", { labels: { ratchet: "true" } });
  const pending = await world().api.until(world().podPath("late"), isPhase("Pending"));
  expect(pending.status.message).toBe("Kubernetes has not scheduled it yet");
  await world().kube.core.createNamespacedPodBinding({
    name: "late",
    namespace: world().namespace,
    body: { metadata: { name: "late" }, target: { apiVersion: "v1", kind: "Node", name: "left" } },
  });
  await world().api.until(world().podPath("late"), isPhase("Ready"));
});

test("pods that are not Ratchet's are left alone", async () => {
  await world().createPod("other", { labels: { ratchet: "false" }, node: "left" });
  await world().createPod("ours", { labels: { ratchet: "true" }, node: "left" });
  await world().api.until(world().podPath("ours"), isPhase("Ready"));
  expect((await world().api.get(world().podPath("other"))).status).toBe(404);
});

test("where the prototype's labels do not count, the annotation alone makes a pod and its links", async () => {
  await world().api.stop();
  world().api = await TestApi.start({ kubeconfig: world().kube.kubeconfig, usesLabels: false });
  await world().createPod("primary-pod", { labels: PRIMARY, node: "left" });
  await world().createPod("a", {
    labels: { ratchet: "true" },
    annotations: annotationTo({ pod: "b", interface: "x" }),
    node: "left",
  });
  await world().api.until(world().linkPath("a-eth1"), isPhase("Pending"));
  const { items } = (await world().api.get(`/api/v1/namespaces/${world().namespace}/pods`)).body;
  expect(items.map((item: Body) => item.metadata.name)).toEqual(["a"]);
});

test("a deleted pod takes its links along and gives them back with its next uid", async () => {
  const { primary } = await world().createPair();
  await world().deletePod("primary-pod");
  await world().api.until(world().podPath("primary-pod"), isGone);
  await world().api.until(world().linkPath("primary-pod-pair-pod"), isGone);
  await world().api.until(world().podPath("pair-pod"), isPhase("Ready"));
  const again = await world().createPod("primary-pod", { labels: PRIMARY, node: "left" });
  expect(again).not.toBe(primary);
  const up = await world().api.until(world().linkPath("primary-pod-pair-pod"), isPhase("Up"));
  expect(up.metadata.annotations["ratchet.network/owner"]).toBe(`${world().namespace}/primary-pod/${again}`);
});

test("the pod that stays keeps its interface, until it goes or the other comes back without asking for it", async () => {
  const { pair } = await world().createPair();
  const port = () => world().right.ports.get(`${pair} in2`);
  const before = port();
  expect(before).toMatchObject({ addresses: ["192.168.2.101/24"] });
  const wasTakenAway = () => world().right.assignments.some(({ removedPorts }) => removedPorts.length > 0);
  await world().deletePod("primary-pod");
  await world().api.until(world().linkPath("primary-pod-pair-pod"), isGone);
  const kept = await world().api.until(
    world().podPath("pair-pod"),
    (body) => body.status.interfaces?.[0]?.link === null,
  );
  expect(kept.spec.interfaces).toEqual([{ name: "in2", addresses: ["192.168.2.101/24"] }]);
  expect(port()).toEqual(before);

  // What a client writes back does not make the interface its own.
  const { apiVersion: _version, kind: _kind, status: _status, ...input } = kept;
  await world().api.request("PUT", world().podPath("pair-pod"), { ...input, spec: { ...kept.spec, sysctls: {} } });
  await world().createPod("primary-pod", { labels: PRIMARY, node: "left" });
  await world().api.until(world().linkPath("primary-pod-pair-pod"), isPhase("Up"));
  expect((await world().api.get(world().podPath("pair-pod"))).body.spec.interfaces).toBeUndefined();
  expect(port()).toEqual(before);
  expect(wasTakenAway()).toBe(false);

  await world().deletePod("primary-pod");
  await world().api.until(world().linkPath("primary-pod-pair-pod"), isGone);
  await world().createPod("primary-pod", { labels: { ...PRIMARY, "ratchet.pair_ifname": "other" }, node: "left" });
  await world().api.until(world().linkPath("primary-pod-pair-pod"), isPhase("Up"));
  await world().right.until(() => port() === undefined);
  expect(world().right.ports.get(`${pair} other`)).toMatchObject({ addresses: ["192.168.2.101/24"] });

  await world().deletePod("primary-pod");
  await world().deletePod("pair-pod");
  await world().api.until(world().podPath("pair-pod"), isGone);
  await world().right.until(() => world().right.ports.size === 0);
});

test("an operator's cut, its re-route and its delete last until the pod's uid is gone", async () => {
  await world().createPair();
  const path = world().linkPath("primary-pod-pair-pod");
  await world().createPod("third", { labels: { ratchet: "true" }, node: "left" });
  await world().api.until(world().podPath("third"), isPhase("Ready"));
  await world().api.request("PATCH", path, { spec: { state: "down" } });
  await world().api.post(`${path}/reroute`, { endpoint: 1, to: { pod: "third", interface: "x" } });
  await world().patchPod("primary-pod", { labels: { "ratchet.local_ip": "192.168.2.77" } });
  const edited = await world().api.until(path, (body) => body.spec.endpoints[0].addresses[0] === "192.168.2.77/24");
  expect(edited.spec).toMatchObject({ state: "down", endpoints: [{ pod: "primary-pod" }, { pod: "third" }] });

  await world().api.request("DELETE", path);
  await world().patchPod("primary-pod", { labels: { app: "touched" } });
  await world().createPod("marker", { labels: { ratchet: "true" }, node: "left" });
  await world().api.until(world().podPath("marker"), isPhase("Ready"));
  expect((await world().api.get(path)).status).toBe(404);

  await world().deletePod("primary-pod");
  await world().api.until(world().podPath("primary-pod"), isGone);
  await world().createPod("primary-pod", { labels: PRIMARY, node: "left" });
  const fresh = await world().api.until(path, isPhase("Up"));
  expect(fresh.spec).toMatchObject({ state: "up", endpoints: [{ pod: "primary-pod" }, { pod: "pair-pod" }] });
});

test("a client can neither take away nor forge where a link comes from", async () => {
  const { primary } = await world().createPair();
  const path = world().linkPath("primary-pod-pair-pod");
  const { body } = await world().api.get(path);
  await world().api.request("PUT", path, {
    metadata: { name: body.metadata.name },
    spec: { ...body.spec, state: "down" },
  });
  const after = await world().api.until(path, (link) => link.spec.state === "down");
  expect(after.metadata.annotations["ratchet.network/owner"]).toBe(`${world().namespace}/primary-pod/${primary}`);
  const forged = await world().api.post(`/api/v1/namespaces/${world().namespace}/pods`, {
    metadata: { name: "forged", labels: { "ratchet.network/source": "kubernetes" } },
    spec: { sandbox: { managed: true } },
  });
  expect(forged.body.metadata.labels).toEqual({});
  const cni = await world().api.post(`/api/v1/namespaces/${world().namespace}/pods`, {
    metadata: { name: "cni" },
    spec: { sandbox: { cni: true } },
  });
  expect(cni.status).toBe(422);
});

test("an annotation makes several links; what is wrong with one is said at the pod, and mended without a restart", async () => {
  await world().createPod("b", { labels: { ratchet: "true" }, node: "right" });
  const links = [
    { interface: "in1", addresses: ["10.0.0.1/31", "fd00::1/64"], peer: { pod: "b", interface: "x" } },
    { interface: "in2", addresses: ["10.0.0"], peer: { pod: "b", interface: "y" } },
  ];
  const uid = await world().createPod("a", {
    annotations: { "ratchet.network/links": JSON.stringify(links) },
    node: "left",
  });
  await world().api.until(world().linkPath("a-in1"), isPhase("Up"));
  const pod = await world().api.until(world().podPath("a"), (body) =>
    body.status?.message?.includes("[1].addresses[0]"),
  );
  expect(pod.status).toMatchObject({ phase: "Ready", message: expect.stringContaining("prefix length") });
  await eventually(
    () => world().eventsOf("a"),
    (events) => events.some(({ reason, type }) => reason === "LinksInvalid" && type === "Warning"),
  );
  const mended = [links[0], { ...links[1], addresses: ["10.0.1.1/24"] }];
  await world().patchPod("a", { annotations: { "ratchet.network/links": JSON.stringify(mended) } });
  await world().api.until(world().linkPath("a-in2"), isPhase("Up"));
  expect(await world().api.until(world().podPath("a"), (body) => body.status.message === "")).toMatchObject({
    metadata: { uid },
  });
  await eventually(
    () => world().eventsOf("a"),
    (events) => events.some(({ reason }) => reason === "LinksValid"),
  );
  await world().patchPod("a", { annotations: { "ratchet.network/links": JSON.stringify([mended[1]]) } });
  await world().api.until(world().linkPath("a-in1"), isGone);
});

test("bad labels leave the pod Ready, say in status and Event what is wrong, and are mended by labels alone", async () => {
  await world().createPod("pair-pod", { labels: PAIR, node: "right" });
  await world().createPod("primary-pod", { labels: { ...PRIMARY, "ratchet.local_ip": "192.168.2.300" }, node: "left" });
  const bad = await world().api.until(world().linkPath("primary-pod-pair-pod"), isPhase("Error"));
  expect(bad.status.conditions[0].message).toContain('metadata.labels["ratchet.local_ip"] "192.168.2.300" is no IPv4');
  await world().api.until(world().podPath("primary-pod"), isPhase("Ready"));
  await eventually(
    () => world().eventsOf("primary-pod"),
    (events) => events.some(({ reason, message }) => reason === "LinkFailed" && message?.includes("ratchet.local_ip")),
  );
  await world().patchPod("primary-pod", { labels: { "ratchet.local_ip": "192.168.2.100" } });
  await world().api.until(world().linkPath("primary-pod-pair-pod"), isPhase("Up"));
  await eventually(
    () => world().eventsOf("primary-pod"),
    (events) => events.some(({ reason }) => reason === "LinkUp"),
  );
  await world().patchPod("primary-pod", { labels: { "ratchet.local_ifname": "sixteen-byte-ifn" } });
  const pod = await world().api.until(world().podPath("primary-pod"), (body) =>
    body.status.message.includes("ratchet.local_ifname"),
  );
  expect(pod.status).toMatchObject({ phase: "Ready", message: expect.stringContaining("at most 15 bytes") });
  await world().patchPod("primary-pod", { labels: { "ratchet.local_ifname": "in9" } });
  await world().api.until(world().linkPath("primary-pod-pair-pod"), isPhase("Up"));
});

test("both sides primary, a missing pair and one of another namespace are told apart", async () => {
  const mirrored = { "ratchet.pod_name": "pair-pod", "ratchet.pair_name": "primary-pod" };
  await world().createPod("primary-pod", { labels: PRIMARY, node: "left" });
  await eventually(
    () => world().eventsOf("primary-pod"),
    (events) => events.some(({ reason, message }) => reason === "LinkWaiting" && message?.includes("no pod pair-pod")),
  );
  const elsewhere = `${world().namespace}-b`;
  await world().kube.core.createNamespace({ body: { metadata: { name: elsewhere } } });
  await world().createPod("pair-pod", { labels: PAIR, node: "right", in: elsewhere });
  const strange = await world().api.until(world().linkPath("primary-pod-pair-pod"), isPhase("Error"));
  expect(strange.status.conditions[0].message).toContain(`is pod pair-pod of namespace ${elsewhere}`);

  await world().createPod("pair-pod", { labels: { ...PRIMARY, ...mirrored }, node: "right" });
  const both = await world().api.until(world().linkPath("pair-pod-primary-pod"), isPhase("Error"));
  expect(both.status.conditions[0].message).toContain('set it to "false" on one of them');
  await world().patchPod("pair-pod", { labels: { "ratchet.primary": "false" } });
  await world().api.until(world().linkPath("primary-pod-pair-pod"), isPhase("Up"));
  await world().api.until(world().linkPath("pair-pod-primary-pod"), isGone);
});

test("what a person made is not overwritten, and comes to its right when the name is free", async () => {
  await world().api.pod("primary-pod", { sandbox: { managed: true }, node: "left" }, world().namespace);
  await world().createPod("primary-pod", { labels: PRIMARY, node: "left" });
  await eventually(
    () => world().eventsOf("primary-pod"),
    (events) => events.some(({ reason }) => reason === "NameTaken"),
  );
  expect((await world().api.get(world().podPath("primary-pod"))).body.spec.sandbox).toEqual({ managed: true });
  const ends = [
    { pod: "x", interface: "a" },
    { pod: "y", interface: "a" },
  ];
  await world().api.link("primary-pod-pair-pod", ends, {}, world().namespace);
  await world().api.request("DELETE", world().podPath("primary-pod"));
  const shown = await world().api.until(world().podPath("primary-pod"), (body) =>
    body.status?.message?.includes("is taken by another Link"),
  );
  expect(shown.spec.sandbox).toEqual({ cni: true });
  await world().api.request("DELETE", world().linkPath("primary-pod-pair-pod"));
  await world().api.until(world().linkPath("primary-pod-pair-pod"), isPhase("Pending"));
});

test("the readiness gate follows the links of a pod that asks for it", async () => {
  await world().createPod("primary-pod", {
    labels: PRIMARY,
    node: "left",
    readinessGates: [{ conditionType: LINKS_READY_GATE }],
  });
  const gate = async () =>
    (
      await world().kube.core.readNamespacedPod({ name: "primary-pod", namespace: world().namespace })
    ).status?.conditions?.find(({ type }) => type === LINKS_READY_GATE);
  const waiting = await eventually(gate, (condition) => condition?.status === "False");
  expect(waiting?.message).toContain("there is no pod pair-pod yet");
  await world().createPod("pair-pod", { labels: PAIR, node: "right" });
  await eventually(gate, (condition) => condition?.status === "True");
  await world().deletePod("pair-pod");
  await eventually(gate, (condition) => condition?.status === "False");
});

test("a cluster that was away is followed again, with what happened meanwhile", async () => {
  await world().createPair();
  await world().kube.kill();
  await world().kube.start();
  await world().createPod("after", { labels: { ratchet: "true" }, node: "left" });
  await world().api.until(world().podPath("after"), isPhase("Ready"));
  await world().api.until(world().linkPath("primary-pod-pair-pod"), isPhase("Up"));
});

test("what went while this process was away is taken out at its start, and nothing else", async () => {
  await world().createPair();
  await world().left.kill();
  await world().right.kill();
  await world().api.restart();
  await world().connectAgents();
  const { body } = await world().api.get(world().linkPath("primary-pod-pair-pod"));
  await world().api.until(world().linkPath("primary-pod-pair-pod"), isPhase("Up"));
  expect((await world().api.get(world().linkPath("primary-pod-pair-pod"))).body.metadata.uid).toBe(body.metadata.uid);
});

test("a version that is no longer kept is said to be gone, so that everything is listed anew", async () => {
  const heard: PodEvent[] = [];
  const outcome = await new KubernetesCluster(world().kube.kubeconfig)
    .watchPods("1", (event) => heard.push(event), AbortSignal.timeout(60_000))
    .then(
      () => undefined,
      (error: { statusCode?: number }) => error.statusCode,
    );
  const inStream = heard.find(({ type }) => type === "ERROR")?.object as { code?: number } | undefined;
  expect(outcome ?? inStream?.code).toBe(410);
});
