import { copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { kubePods, waitUntilSettled } from "@ratchet/lab";
import {
  BUSYBOX_IMAGE,
  busyboxPod,
  clusterLeftovers,
  eventually,
  type KubeCluster,
  type KubeNode,
  ptpWithHostLocal,
  Sandbox,
  startKubeCluster,
} from "@ratchet/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RatchetBeside, startRatchetBeside } from "./ratchet-beside.js";

const PODS = ["centosa", "quagga-a", "quagga-b", "centosb"];
const SHIM = fileURLToPath(new URL("../../packages/cni-shim/dist/ratchet", import.meta.url));

let cluster: KubeCluster;
let ratchet: RatchetBeside | undefined;

const socketOf = (node: KubeNode) => join(node.runDir, "ratchet-cni.sock");

/** The prototype's node config; beyond its keys only where this node keeps things. */
function prototypeConf(node: KubeNode) {
  copyFileSync(SHIM, join(node.cniBinDir, "ratchet"));
  return {
    name: "10-ratchet.conf",
    content: {
      cniVersion: "1.0.0",
      name: "ratchet-demo",
      type: "ratchet",
      etcd_host: "etcd-client.ratchet.svc.cluster.local",
      etcd_port: "2379",
      child_path: "/opt/cni/bin/ratchet-child",
      parent_interface: node.parentInterface,
      parent_address: node.vtep,
      use_labels: true,
      delegate: ptpWithHostLocal(node),
      boot_network: { type: "loopback" },
      agent_socket: socketOf(node),
      state_dir: join(node.cniDataDir, "ratchet"),
      kubeconfig: node.kubeconfigs.shim,
    },
  };
}

/** host-local keeps one file for each address it gave away. */
function leasesOf(node: KubeNode): string[] {
  const files = readdirSync(node.cniDataDir, { recursive: true }) as string[];
  return files.filter((file) => /\/10\.214\.[\d.]+$/.test(file));
}

beforeAll(async () => {
  cluster = await startKubeCluster({ cniConf: prototypeConf });
  ratchet = await startRatchetBeside(
    cluster,
    (node) => [
      ...["--cni-socket", socketOf(node), "--kubeconfig", node.kubeconfigs.agent],
      ...["--cni-state", join(node.cniDataDir, "ratchet")],
    ],
    ["--kubeconfig", cluster.kubeconfigs.controlPlane],
  );
});

afterAll(async () => {
  await ratchet?.stop();
  await cluster?.stop();
  if (cluster !== undefined) {
    const { processes, namespaces, mounts } = clusterLeftovers(cluster);
    expect({ processes, namespaces, mounts }).toEqual({ processes: [], namespaces: [], mounts: [] });
  }
});

test("the four labelled pods of the cloud router, applied at once, come up wired, and OSPF goes through", async () => {
  await cluster.apply(kubePods("cloud-router/pods.yaml", BUSYBOX_IMAGE, "frr"));
  await cluster.waitPodsReady(PODS);
  const { api } = ratchet!;
  await waitUntilSettled(api, "default", 20_000, { checkpoint: () => {}, onProgress: () => {} });

  const centosa = new Sandbox(await cluster.podNetns("centosa"));
  expect((await centosa.links()).map(({ ifname }) => ifname).sort()).toEqual(["in1", "lo"]);
  await eventually(async () => expect(await centosa.ping("192.168.4.101")).toMatchObject({ received: 3, ttl: 62 }), {
    withinMs: 40_000,
    everyMs: 500,
  });
  for (const name of PODS) {
    const restarts = ["get", "pod", name, "-o", "jsonpath={.status.containerStatuses[0].restartCount}"];
    expect(await cluster.kubectl(restarts), name).toBe("0");
  }
});

test("a pod without labels comes up through the delegate, and its address is released", async () => {
  await cluster.apply([busyboxPod({ name: "plain", node: "left" })]);
  await cluster.waitPodsReady(["plain"]);
  const plain = new Sandbox(await cluster.podNetns("plain"));
  expect((await plain.links()).map(({ ifname }) => ifname).sort()).toEqual(["eth0", "lo"]);
  const leases = () => leasesOf(cluster.node("left"));
  expect(leases()).toHaveLength(1);
  await cluster.kubectl(["delete", "pod", "plain", "--wait=true"]);
  await eventually(async () => expect(leases()).toEqual([]), { withinMs: 20_000, everyMs: 100 });
});

test("a labelled pod that is deleted and made again gets its wires back", async () => {
  const quaggaB = new Sandbox(await cluster.podNetns("quagga-b"));
  const before = await quaggaB.link("out1");
  await cluster.kubectl(["delete", "pod", "centosa", "--wait=true"]);
  const pods = kubePods("cloud-router/pods.yaml", BUSYBOX_IMAGE, "frr") as { metadata: { name: string } }[];
  await cluster.apply(pods.filter(({ metadata }) => metadata.name === "centosa"));
  await cluster.waitPodsReady(["centosa"]);
  const centosa = new Sandbox(await cluster.podNetns("centosa"));
  await eventually(async () => expect(await centosa.ping("192.168.2.101")).toMatchObject({ received: 3 }), {
    withinMs: 20_000,
    everyMs: 500,
  });
  // The wires of the others were not touched.
  const after = await quaggaB.link("out1");
  expect([after.ifindex, after.address]).toEqual([before.ifindex, before.address]);
});
