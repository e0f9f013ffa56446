import { kubePods, waitUntilSettled } from "@ratchet/lab";
import {
  BUSYBOX_IMAGE,
  busyboxPod,
  eventually,
  isPlugged,
  isUnplugged,
  type KubeCluster,
  Sandbox,
} from "@ratchet/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ClusterPage } from "./cluster-page.js";
import { InterfaceWatch } from "./interface-watch.js";
import { labelledPod, pairLabels, primaryLabels } from "./labelled-pair.js";
import { isUp, lifeOf, linkIs, pingWorks, sandboxOf, WITHIN } from "./ratchet-objects.js";
import { ReadyWatch } from "./ready-watch.js";
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
  await waitUntilSettled(wired.ratchet.api, "default", WITHIN.withinMs, { checkpoint: () => {}, onProgress: () => {} });

  for (const [name, expected] of Object.entries(LABELLED)) {
    const { lo, ...others } = await new Sandbox(await cluster.podNetns(name)).addressesByInterface();
    expect(lo, name).toContain("127.0.0.1/8");
    expect(others, name).toEqual(expected);
  }
  const centosa = new Sandbox(await cluster.podNetns("centosa"));
  await eventually(async () => expect(await centosa.ping("192.168.4.101")).toMatchObject({ received: 3, ttl: 62 }), {
    ...WITHIN,
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
  await eventually(async () => expect(leases()).toEqual([]), WITHIN);
});

test("a labelled pod that is deleted and made again gets its wires back", async () => {
  const quaggaB = new Sandbox(await cluster.podNetns("quagga-b"));
  const before = await quaggaB.link("out1");
  await cluster.kubectl(["delete", "pod", "centosa", "--wait=true"]);
  const pods = kubePods("cloud-router/pods.yaml", BUSYBOX_IMAGE, "frr") as { metadata: { name: string } }[];
  await cluster.apply(pods.filter(({ metadata }) => metadata.name === "centosa"));
  await cluster.waitPodsReady(["centosa"]);
  const centosa = new Sandbox(await cluster.podNetns("centosa"));
  await pingWorks(centosa, "192.168.2.101");
  // The wires of the others were not touched.
  const after = await quaggaB.link("out1");
  expect([after.ifindex, after.address]).toEqual([before.ifindex, before.address]);
});

const ON_PAGE = ["op-a", "op-b", "op-c"];

test("the page shows pods as they start; with the mouse their wires are cut, moved and made, and they notice the carrier alone", async () => {
  const ready = await ReadyWatch.start(cluster, "centosb");
  const page = await ClusterPage.open(wired.ratchet.api.url, ON_PAGE);
  const watches: InterfaceWatch[] = [];
  try {
    await cluster.apply([
      labelledPod("op-a", "left", primaryLabels("op-a", "op-b", "192.168.21")),
      labelledPod("op-b", "right", pairLabels("op-b")),
      labelledPod("op-c", "left", pairLabels("op-c")),
    ]);
    for (const name of ON_PAGE) {
      const [shownMs, readyMs] = await Promise.all([page.shownAt(name), ready.at(name)]);
      process.stdout.write(`${name} is on the page ${shownMs - readyMs} ms after kubelet's Ready\n`);
      // A fraction of a second, or before it; what a busy machine adds says nothing about the page.
      expect(shownMs - readyMs, name).toBeLessThan(20_000);
    }
    const { driver } = page;
    const name = "op-a-op-b";
    const [a, b, c] = (await Promise.all(ON_PAGE.map((pod) => sandboxOf(cluster, pod)))) as [Sandbox, Sandbox, Sandbox];
    await linkIs(wired, name, isUp);
    await driver.shows(name, "up", WITHIN.withinMs);
    const lives = await Promise.all(ON_PAGE.map((pod) => lifeOf(cluster, pod)));
    const before = await a.link("in1");
    for (const sandbox of [a, c]) watches.push(await InterfaceWatch.start(sandbox));
    const sameInA = (isAsAsked: (link: typeof before) => boolean) =>
      eventually(async () => {
        const now = await a.link("in1");
        expect(now).toMatchObject({ ifindex: before.ifindex, address: before.address, mtu: before.mtu });
        expect(await a.addresses("in1")).toEqual(["192.168.21.100/24"]);
        expect(isAsAsked(now)).toBe(true);
      }, WITHIN);
    await page.fit();
    await page.picture("kube-pods");

    await driver.menu(await driver.at("linkPosition", name), /^Cut/);
    await driver.shows(name, "down", WITHIN.withinMs);
    await sameInA(isUnplugged);
    await eventually(async () => expect(isUnplugged(await b.link("in2"))).toBe(true), WITHIN);
    await page.picture("kube-cut");
    await driver.menu(await driver.at("linkPosition", name), /^Restore/);
    await driver.shows(name, "up", WITHIN.withinMs);
    await sameInA(isPlugged);

    await driver.select(name);
    await driver.drag(await driver.end(name, 1), await driver.at("podPosition", "op-c"));
    await linkIs(wired, name, (link) => isUp(link) && link.status.endpoints[1]?.pod === "op-c");
    await driver.shows(name, "up", WITHIN.withinMs);
    await sameInA(isPlugged);
    await pingWorks(a, "192.168.21.101");
    expect(await c.addresses("in2")).toEqual(["192.168.21.101/24"]);

    await driver.drag(await driver.at("podRim", "op-b"), await driver.at("podPosition", "op-c"));
    await driver.page.getByTestId("wire-form").waitFor();
    await driver.page.keyboard.press("Enter");
    const third = await eventually(async () => {
      const { links } = await wired.ratchet.api.topology();
      const pods = (link: (typeof links)[number]) => link.status.endpoints.map(({ pod }) => pod).join(" ");
      const found = links.find((link) => ["op-b op-c", "op-c op-b"].includes(pods(link)));
      if (found === undefined) throw new Error("the page has made no third link");
      return found.metadata.name;
    }, WITHIN);
    const made = await linkIs(wired, third, isUp);
    await driver.shows(third, "up", WITHIN.withinMs);
    const far = made.spec.endpoints.find((end) => "pod" in end && end.pod === "op-c");
    const [address = ""] = (far && "addresses" in far ? far.addresses : undefined) ?? [];
    await pingWorks(b, address.split("/")[0] ?? "");
    await page.picture("kube-third");

    expect(watches.map(({ removed }) => removed)).toEqual([[], []]);
    expect(await Promise.all(ON_PAGE.map((pod) => lifeOf(cluster, pod)))).toEqual(lives);
    expect(lives.every((life) => life.endsWith(" restarts 0"))).toBe(true);
    expect(page.complaints).toEqual([]);
  } finally {
    for (const watch of watches) await watch.stop();
    ready.stop();
    await page.close();
  }
});
