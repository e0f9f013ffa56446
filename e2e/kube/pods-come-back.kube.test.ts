import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type DoctorReport, LINKS_READY_GATE, type Link } from "@ratchet/contracts";
import {
  busyboxPodSpec,
  commandResult,
  eventually,
  isPlugged,
  isUnplugged,
  type KubeCluster,
  type KubeNode,
  Sandbox,
} from "@ratchet/testkit";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { InterfaceWatch } from "./interface-watch.js";
import { eventMessages } from "./kube-events.js";
import { labelledPod, pairLabels, primaryLabels } from "./labelled-pair.js";
import { isUp, linkIs, pingWorks, readPod, sandboxOf, WITHIN } from "./ratchet-objects.js";
import { WiredCluster } from "./wired-cluster.js";

// Pods are replaced, by hand, by a StatefulSet, by a Deployment; what is wired to them stays as it is.

const PRIMARY = labelledPod("primary-pod", "left", primaryLabels("primary-pod", "pair-pod"));
const PAIR = labelledPod("pair-pod", "right", pairLabels("pair-pod"));

let wired: WiredCluster;
let cluster: KubeCluster;
let watch: InterfaceWatch | undefined;

beforeAll(async () => {
  wired = await WiredCluster.start();
  ({ cluster } = wired);
});
afterEach(async () => {
  await watch?.stop();
  watch = undefined;
});
afterAll(() => wired?.end());

const sandbox = (pod: string) => sandboxOf(cluster, pod);
const uidOf = (pod: string) => cluster.kubectl(["get", "pod", pod, "-o", "jsonpath={.metadata.uid}"]);

async function linkIsGone(name: string): Promise<void> {
  await eventually(async () => {
    const { links } = await wired.ratchet.api.topology();
    expect(links.map(({ metadata }) => metadata.name)).not.toContain(name);
  }, WITHIN);
}

/** Names of the interfaces in a node's panel, tunnels and ports, `lo` left out. */
async function panelOf(node: KubeNode): Promise<string[]> {
  const links = await new Sandbox(`/run/netns/${wired.ratchet.panelOf(node)}`).links();
  return links.map(({ ifname }) => ifname).filter((name) => name !== "lo");
}

/** No interface, tunnel, claim, VNI or key that nothing asks for, neither in the store nor in a kernel. */
async function nothingIsLeft(): Promise<void> {
  await eventually(async () => {
    const { nodes, findings } = await wired.ratchet.api.request<DoctorReport>("GET", "/api/v1/doctor");
    expect({ nodes, findings }).toEqual({ nodes: ["left", "right"], findings: [] });
  }, WITHIN);
}

test("a bare pod that is deleted and made again finds its wire; the other's interface never went away", async () => {
  await cluster.apply([PRIMARY, PAIR]);
  await cluster.waitPodsReady(["primary-pod", "pair-pod"]);
  const { status } = await linkIs(wired, "primary-pod-pair-pod", isUp);
  const survivor = await sandbox("pair-pod");
  const before = await survivor.link("in2");
  watch = await InterfaceWatch.start(survivor);

  await cluster.kubectl(["delete", "pod", "primary-pod", "--wait=true"]);
  await linkIsGone("primary-pod-pair-pod");
  const alone = await eventually(async () => {
    const link = await survivor.link("in2");
    expect(isUnplugged(link)).toBe(true);
    return link;
  }, WITHIN);
  expect([alone.ifindex, alone.address]).toEqual([before.ifindex, before.address]);
  expect(await survivor.addresses("in2")).toEqual(["192.168.2.101/24"]);
  expect(await panelOf(cluster.node("left"))).toEqual([]);
  expect(await panelOf(cluster.node("right"))).toHaveLength(1);
  await nothingIsLeft();

  await cluster.apply([PRIMARY]);
  await cluster.waitPodsReady(["primary-pod"]);
  const again = await linkIs(wired, "primary-pod-pair-pod", isUp);
  expect(again.status.vni).not.toBe(status.vni);
  await pingWorks(await sandbox("primary-pod"), "192.168.2.101");
  const after = await survivor.link("in2");
  expect([after.ifindex, after.address, isPlugged(after)]).toEqual([before.ifindex, before.address, true]);
  expect(watch.removed).toEqual([]);
  const pod = await readPod(wired, "pair-pod");
  expect(pod.spec.interfaces).toBeUndefined();
  await nothingIsLeft();
});

test("the DEL of an old sandbox that comes after the ADD of the new one harms nothing", async () => {
  const node = cluster.node("left");
  const old = registeredAt(node, await uidOf("primary-pod"));
  const survivor = await sandbox("pair-pod");
  const before = await survivor.link("in2");
  watch = await InterfaceWatch.start(survivor);
  // The object goes at once, its containers take their time: the next pod of the name starts beside them.
  await cluster.kubectl(["delete", "pod", "primary-pod", "--force", "--grace-period=0", "--wait=false"]);
  await eventually(() => cluster.apply([PRIMARY]), WITHIN);
  await cluster.waitPodsReady(["primary-pod"]);
  await linkIs(wired, "primary-pod-pair-pod", isUp);
  const uid = await uidOf("primary-pod");
  const fresh = await sandbox("primary-pod");
  const wire = await fresh.link("in1");

  // The runtime's own DEL has come by now or comes later; this one comes after everything.
  for (const netns of [old.netns, ""]) {
    const answer = await del(node, { ...old, netns });
    expect(answer.code, answer.stdout).toBe(0);
  }
  await eventually(() => expect(registrationsOf(node).map(({ podUid }) => podUid)).toEqual([uid]), WITHIN);
  await pingWorks(fresh, "192.168.2.101");
  expect(await fresh.link("in1")).toMatchObject({ ifindex: wire.ifindex, address: wire.address });
  expect(await survivor.link("in2")).toMatchObject({ ifindex: before.ifindex, address: before.address });
  expect(watch.removed).toEqual([]);
  await nothingIsLeft();
});

test("while the control plane is away the one that stays keeps its interface, and both agree when it is back", async () => {
  const { control, agent } = wired.ratchet;
  const survivor = await sandbox("pair-pod");
  const far = await survivor.link("in2");
  watch = await InterfaceWatch.start(survivor);
  await control.kill({ restart: false });
  // Of these the control plane has never heard: what they have is what their node's agent reads at them itself.
  const near = labelledPod("near", "left", primaryLabels("near", "near-pair", "192.168.7"));
  await cluster.apply([near, labelledPod("near-pair", "left", pairLabels("near-pair"))]);
  await cluster.waitPodsReady(["near", "near-pair"]);
  const nearPair = await sandbox("near-pair");
  const close = await eventually(() => nearPair.link("in2"), WITHIN);
  const nearWatch = await InterfaceWatch.start(nearPair);
  try {
    await cluster.kubectl(["delete", "pod", "primary-pod", "near", "--wait=true"]);
    await agent("left").kill({ restart: false });
    await agent("left").start();
    expect(isUnplugged(await nearPair.link("in2"))).toBe(true);
    expect(await nearPair.addresses("in2")).toEqual(["192.168.7.101/24"]);
    await cluster.apply([PRIMARY, near]);
    await cluster.waitPodsReady(["primary-pod", "near"]);
    await control.start();
    await linkIs(wired, "primary-pod-pair-pod", isUp);
    await linkIs(wired, "near-near-pair", isUp);
    await pingWorks(await sandbox("primary-pod"), "192.168.2.101");
    await pingWorks(await sandbox("near"), "192.168.7.101");
    expect(await survivor.link("in2")).toMatchObject({ ifindex: far.ifindex, address: far.address });
    expect(await nearPair.link("in2")).toMatchObject({ ifindex: close.ifindex, address: close.address });
    expect([watch.removed, nearWatch.removed]).toEqual([[], []]);
    await nothingIsLeft();
  } finally {
    await nearWatch.stop();
    if (control.pid === undefined) await control.start();
  }
});

test("a StatefulSet's pod comes back onto its wire, and a Deployment's replacement takes its over", async () => {
  const links = [
    {
      interface: "eth1",
      addresses: ["10.7.0.1/24"],
      peer: { podSelector: { app: "web" }, interface: "in1", addresses: ["10.7.0.2/24"] },
    },
  ];
  await cluster.apply([
    workload("StatefulSet", "db", "left", {}, { "ratchet.network/links": JSON.stringify(links) }),
    workload("Deployment", "web", "right", { app: "web", ratchet: "true" }, {}),
  ]);
  const name = "db-0-eth1";
  const first = chosenOf(await linkIs(wired, name, isUp));
  const web = await sandbox(first);
  const webBefore = await web.link("in1");
  watch = await InterfaceWatch.start(web);

  const dbUid = await uidOf("db-0");
  await cluster.kubectl(["delete", "pod", "db-0", "--wait=true"]);
  await eventually(async () => expect(await uidOf("db-0")).not.toBe(dbUid), WITHIN);
  await cluster.waitPodsReady(["db-0"]);
  await linkIs(wired, name, isUp);
  const db = await sandbox("db-0");
  await pingWorks(db, "10.7.0.2");
  expect(await web.link("in1")).toMatchObject({ ifindex: webBefore.ifindex, address: webBefore.address });
  expect(watch.removed).toEqual([]);
  await watch.stop();

  const dbBefore = await db.link("eth1");
  watch = await InterfaceWatch.start(db);
  await cluster.kubectl(["delete", "pod", first, "--wait=true"]);
  const second = chosenOf(await linkIs(wired, name, (link) => isUp(link) && chosenOf(link) !== first));
  await pingWorks(db, "10.7.0.2");
  expect(await (await sandbox(second)).addresses("in1")).toEqual(["10.7.0.2/24"]);
  for (const [pod, reason] of [
    [first, "LinkLeft"],
    [second, "LinkArrived"],
  ] as const) {
    await eventually(
      async () => expect(await eventMessages(cluster, pod, reason)).toContainEqual(expect.stringContaining(name)),
      WITHIN,
    );
  }
  await cluster.waitPodsReady([second, "db-0"]);
  expect(await db.link("eth1")).toMatchObject({ ifindex: dbBefore.ifindex, address: dbBefore.address });
  expect(watch.removed).toEqual([]);
  await nothingIsLeft();
});

test("when everything is deleted, nothing is left on the nodes or in the store", async () => {
  await cluster.kubectl(["delete", "statefulset,deployment,pod", "--all", "--wait=true"]);
  await eventually(async () => {
    const { pods, links } = await wired.ratchet.api.topology();
    expect({ pods, links }).toEqual({ pods: [], links: [] });
    for (const node of cluster.nodes) {
      expect(await panelOf(node)).toEqual([]);
      expect(registrationsOf(node)).toEqual([]);
    }
  }, WITHIN);
  await nothingIsLeft();
});

const chosenOf = ({ status }: Link) => status.endpoints[1]?.pod ?? "";

function workload(
  kind: "StatefulSet" | "Deployment",
  name: string,
  side: string,
  labels: Record<string, string>,
  annotations: Record<string, string>,
): object {
  // The pod is ready when its wire is there: also one that is chosen for a wire because it is ready.
  const spec = busyboxPodSpec({ nodeSelector: { ratchetside: side }, readinessGates: [LINKS_READY_GATE] });
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name },
    spec: {
      replicas: 1,
      ...(kind === "StatefulSet" && { serviceName: name }),
      selector: { matchLabels: { workload: name } },
      template: { metadata: { labels: { workload: name, ...labels }, annotations }, spec },
    },
  };
}

interface Registered {
  containerId: string;
  podUid: string;
  ifName: string;
  namespace: string;
  name: string;
  netns: string;
}

/** The agent's own record of the node's sandboxes, behind a line with its checksum. */
function registrationsOf(node: KubeNode): Registered[] {
  const file = readFileSync(join(cluster.path, "ratchet", node.name, "cni.json"), "utf8");
  return (JSON.parse(file.slice(file.indexOf("\n"))) as { registrations: Registered[] }).registrations;
}

function registeredAt(node: KubeNode, podUid: string): Registered {
  const found = registrationsOf(node).find((item) => item.podUid === podUid);
  if (found === undefined) throw new Error(`${podUid} is not registered on ${node.name}`);
  return found;
}

/** As the runtime calls the plugin. */
function del(node: KubeNode, { containerId, ifName, namespace, name, netns }: Registered) {
  const environment = {
    CNI_COMMAND: "DEL",
    CNI_CONTAINERID: containerId,
    CNI_IFNAME: ifName,
    CNI_NETNS: netns,
    CNI_PATH: node.cniBinDir,
    CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=${namespace};K8S_POD_NAME=${name}`,
  };
  const argv = Object.entries(environment).map(([key, value]) => `${key}=${value}`);
  const conf = readFileSync(join(node.cniConfDir, "10-ratchet.conf"), "utf8");
  return commandResult(["nsenter", `--net=${node.netnsPath}`, "env", ...argv, join(node.cniBinDir, "ratchet")], {
    stdin: conf,
  });
}
