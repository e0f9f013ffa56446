import { kubePods, waitUntilSettled } from "@ratchet/lab";
import { BUSYBOX_IMAGE, busyboxPod, eventually, type KubeCluster, Sandbox } from "@ratchet/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { leasesOf, WiredCluster } from "./wired-cluster.js";

/** As labelled: every interface of every pod with its address. */
const LABELLED: Record<string, Record<string, string[]>> = {
  centosa: { in1: ["192.168.2.100/24"] },
  "quagga-a": { in2: ["192.168.2.101/24"], mid1: ["192.168.3.100/24"] },
  "quagga-b": { mid2: ["192.168.3.101/24"], out1: ["192.168.4.100/24"] },
  centosb: { out2: ["192.168.4.101/24"] },
};
const PODS = Object.keys(LABELLED);

let wired: WiredCluster;
let cluster: KubeCluster;

beforeAll(async () => {
  wired = await WiredCluster.start();
  ({ cluster } = wired);
});
afterAll(() => wired?.end());

test("the four labelled pods of the cloud router, applied at once, come up wired, and OSPF goes through", async () => {
  await cluster.apply(kubePods("cloud-router/pods.yaml", BUSYBOX_IMAGE, "frr"));
  await cluster.waitPodsReady(PODS);
  await waitUntilSettled(wired.ratchet.api, "default", 20_000, { checkpoint: () => {}, onProgress: () => {} });

  for (const [name, expected] of Object.entries(LABELLED)) {
    const { lo, ...others } = await new Sandbox(await cluster.podNetns(name)).addressesByInterface();
    expect(lo, name).toContain("127.0.0.1/8");
    expect(others, name).toEqual(expected);
  }
  const centosa = new Sandbox(await cluster.podNetns("centosa"));
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
