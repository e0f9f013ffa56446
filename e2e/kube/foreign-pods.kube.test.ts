import { kubePods, waitUntilSettled } from "@ratchet/lab";
import {
  BUSYBOX_IMAGE,
  clusterLeftovers,
  eventually,
  type KubeCluster,
  Sandbox,
  startKubeCluster,
} from "@ratchet/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RatchetBeside, startRatchetBeside } from "./ratchet-beside.js";
import { WITHIN } from "./ratchet-objects.js";

const PODS = ["centosa", "quagga-a", "quagga-b", "centosb"];

let cluster: KubeCluster;
let ratchet: RatchetBeside | undefined;

beforeAll(async () => {
  cluster = await startKubeCluster();
  ratchet = await startRatchetBeside(cluster, () => ["--allow-foreign-sandboxes"]);
});

afterAll(async () => {
  await ratchet?.stop();
  await cluster?.stop();
  if (cluster !== undefined) {
    const { processes, namespaces, mounts } = clusterLeftovers(cluster);
    expect({ processes, namespaces, mounts }).toEqual({ processes: [], namespaces: [], mounts: [] });
  }
});

// The pods get their eth0 from another plugin; Ratchet adds wires to namespaces that somebody names.
test("kubelet's pods, registered by the path of their namespace, are wired while they run, and OSPF goes through", async () => {
  await cluster.apply(kubePods("cloud-router/pods.yaml", BUSYBOX_IMAGE, "frr"));
  await cluster.waitPodsReady(PODS);
  const { api } = ratchet!;
  const objects: object[] = [];
  for (const name of PODS) {
    const node = await cluster.kubectl(["get", "pod", name, "-o", "jsonpath={.spec.nodeName}"]);
    objects.push(pod(name, node, await cluster.podNetns(name)));
  }
  objects.push(
    link("centosa", "in1", "192.168.2.100/24", "quagga-a", "in2", "192.168.2.101/24"),
    link("quagga-a", "mid1", "192.168.3.100/24", "quagga-b", "mid2", "192.168.3.101/24"),
    link("quagga-b", "out1", "192.168.4.100/24", "centosb", "out2", "192.168.4.101/24"),
  );
  await api.apply(objects.map((object) => JSON.stringify(object)).join("\n---\n"));
  await waitUntilSettled(api, "default", WITHIN.withinMs, { checkpoint: () => {}, onProgress: () => {} });

  const centosa = new Sandbox(await cluster.podNetns("centosa"));
  await eventually(async () => expect(await centosa.ping("192.168.4.101")).toMatchObject({ received: 3, ttl: 62 }), {
    ...WITHIN,
    everyMs: 500,
  });
  // Behind centosb's router, and known to it by a static route that OSPF carries on.
  const quaggaA = new Sandbox(await cluster.podNetns("quagga-a"));
  await eventually(
    async () =>
      expect(await quaggaA.routes()).toContainEqual(
        expect.stringContaining("4.4.4.4 via 192.168.3.101 dev mid1 proto ospf"),
      ),
    WITHIN,
  );
  expect(await centosa.ping("4.4.4.4")).toMatchObject({ received: 3, ttl: 62 });
  const tunnels = (await new Sandbox(`/run/netns/${ratchet!.panelOf(cluster.node("left"))}`).links()).filter((item) =>
    item.ifname.startsWith("vx"),
  );
  expect(tunnels).toHaveLength(1);
  for (const name of PODS) {
    const restarts = ["get", "pod", name, "-o", "jsonpath={.status.containerStatuses[0].restartCount}"];
    expect(await cluster.kubectl(restarts), name).toBe("0");
  }
});

function pod(name: string, node: string, path: string): object {
  return { apiVersion: "ratchet.network/v1alpha1", kind: "Pod", metadata: { name }, spec: { node, sandbox: { path } } };
}

function link(a: string, aName: string, aAddress: string, b: string, bName: string, bAddress: string): object {
  return {
    apiVersion: "ratchet.network/v1alpha1",
    kind: "Link",
    metadata: { name: `${a}-${b}` },
    spec: {
      endpoints: [
        { pod: a, interface: aName, addresses: [aAddress] },
        { pod: b, interface: bName, addresses: [bAddress] },
      ],
    },
  };
}
