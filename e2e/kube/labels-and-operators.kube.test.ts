import { fileURLToPath } from "node:url";
import {
  busyboxPod,
  command,
  eventually,
  isPlugged,
  isUnplugged,
  type KubeCluster,
  type Sandbox,
} from "@ratchet/testkit";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { FirstSeen } from "./first-seen.js";
import { InterfaceWatch } from "./interface-watch.js";
import { eventMessages } from "./kube-events.js";
import { labelledPod, pairLabels, primaryLabels } from "./labelled-pair.js";
import { isUp, lifeOf, linkIs, pingWorks, readPod, sandboxOf, WITHIN } from "./ratchet-objects.js";
import { WiredCluster } from "./wired-cluster.js";

// What is wrong with a pod's labels is said and mended while it runs, and an operator's hand is on its wires.

const CTL = fileURLToPath(new URL("../../packages/ratchetctl/dist/main.js", import.meta.url));

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

const ELSEWHERE = "elsewhere";

/** A primary with one mistake, the pair it is for, what is said of it, and the label that mends it. */
interface Mistake {
  labels: Record<string, string>;
  isSaid: RegExp;
  reason: "LinkFailed" | "LinksInvalid" | "LinkWaiting";
  mend: string;
}
const MISTAKES: Record<string, Mistake> = {
  address: {
    labels: { "ratchet.local_ip": "192.168.2.300" },
    isSaid: /metadata\.labels\["ratchet\.local_ip"\] "192\.168\.2\.300" is no IPv4 address: write it bare/,
    reason: "LinkFailed",
    mend: "ratchet.local_ip=192.168.2.100",
  },
  ifname: {
    labels: { "ratchet.local_ifname": "sixteen-byte-ifn" },
    isSaid: /metadata\.labels\["ratchet\.local_ifname"\] must be at most 15 bytes/,
    reason: "LinksInvalid",
    mend: "ratchet.local_ifname=in1",
  },
  nobody: {
    labels: { "ratchet.pair_name": "nobody-knows" },
    isSaid: /there is no pod nobody-knows yet/,
    reason: "LinkWaiting",
    mend: "ratchet.pair_name=nobody-pair",
  },
  stranger: {
    labels: { "ratchet.pair_name": "far-pair" },
    isSaid: /far-pair is pod far-pair of namespace elsewhere: a pair must be in one namespace, default/,
    reason: "LinkFailed",
    mend: "ratchet.pair_name=stranger-pair",
  },
};
const NAMES = Object.keys(MISTAKES);

/** What `kubectl describe pod` shows. */
async function isSaid(pod: string, reason: string, text: RegExp): Promise<void> {
  await eventually(
    async () => expect(await eventMessages(cluster, pod, reason)).toContainEqual(expect.stringMatching(text)),
    WITHIN,
  );
}

test("pods with bad labels start; Event and status say what is wrong, and the label mended mends the wire", async () => {
  await cluster.kubectl(["create", "namespace", ELSEWHERE]);
  const primaries = NAMES.map((name) =>
    labelledPod(name, "left", { ...primaryLabels(name, `${name}-pair`), ...MISTAKES[name]?.labels }),
  );
  const pairs = NAMES.map((name) => labelledPod(`${name}-pair`, "right", pairLabels(`${name}-pair`)));
  const far = busyboxPod({ name: "far-pair", namespace: ELSEWHERE, labels: pairLabels("far-pair"), node: "right" });
  await cluster.apply([...primaries, ...pairs, far]);
  await cluster.waitPodsReady(NAMES.flatMap((name) => [name, `${name}-pair`]));
  const lives = await Promise.all(NAMES.map((name) => lifeOf(cluster, name)));

  for (const [name, { isSaid: text, reason }] of Object.entries(MISTAKES)) {
    await isSaid(name, reason, text);
    if (reason === "LinksInvalid") {
      expect(await readPod(wired, name)).toMatchObject({
        status: { phase: "Ready", message: expect.stringMatching(text) },
      });
    } else {
      const { status } = await linkIs(
        wired,
        `${name}-${MISTAKES[name]?.labels["ratchet.pair_name"] ?? `${name}-pair`}`,
        ({ status: { conditions } }) => text.test(conditions[0]?.message ?? ""),
      );
      expect(status.phase).toBe(reason === "LinkWaiting" ? "Pending" : "Error");
    }
  }

  for (const [name, { mend }] of Object.entries(MISTAKES)) {
    await cluster.kubectl(["label", "pod", name, mend, "--overwrite"]);
  }
  for (const name of NAMES) {
    await linkIs(wired, `${name}-${name}-pair`, isUp);
    await pingWorks(await sandboxOf(cluster, name), "192.168.2.101");
    expect((await readPod(wired, name)).status.message).toBe("");
  }
  await isSaid("address", "LinkUp", /is up/);
  await isSaid("ifname", "LinksValid", /are right/);
  expect(await Promise.all(NAMES.map((name) => lifeOf(cluster, name)))).toEqual(lives);
});

test("two primaries of one pair start and are told; one label mended is enough", async () => {
  await cluster.apply([
    labelledPod("both-a", "left", primaryLabels("both-a", "both-b")),
    labelledPod("both-b", "right", primaryLabels("both-b", "both-a")),
  ]);
  await cluster.waitPodsReady(["both-a", "both-b"]);
  const text = /ratchet\.primary.* is true on both-a and on its pair both-b: set it to "false" on one of them/;
  await linkIs(
    wired,
    "both-a-both-b",
    ({ status }) => status.phase === "Error" && text.test(status.conditions[0]?.message ?? ""),
  );
  await isSaid("both-a", "LinkFailed", text);
  await cluster.kubectl(["label", "pod", "both-b", "ratchet.primary=false", "--overwrite"]);
  await linkIs(wired, "both-a-both-b", isUp);
  await pingWorks(await sandboxOf(cluster, "both-a"), "192.168.2.101");
});

test("a bad annotation leaves the good entries alone, is said by field, and is mended while the pod runs", async () => {
  const good = {
    interface: "eth1",
    addresses: ["10.8.1.1/24"],
    peer: { pod: "peer", interface: "p1", addresses: ["10.8.1.2/24"] },
  };
  const bad = {
    interface: "eth2",
    addresses: ["10.8.2.1"],
    peer: { pod: "peer", interface: "p2", addresses: ["10.8.2.2/24"] },
  };
  const annotated = (links: unknown) => ({
    "ratchet.network/links": typeof links === "string" ? links : JSON.stringify(links),
  });
  await cluster.apply([
    busyboxPod({ name: "noted", node: "left", annotations: annotated([good, bad]) }),
    busyboxPod({ name: "garbled", node: "left", annotations: annotated("[{") }),
    busyboxPod({ name: "peer", node: "right", labels: { ratchet: "true" } }),
  ]);
  await cluster.waitPodsReady(["noted", "garbled", "peer"]);
  const life = await lifeOf(cluster, "noted");
  await linkIs(wired, "noted-eth1", isUp);
  await isSaid("noted", "LinksInvalid", /links"\]\[1\]\.addresses\[0\] .*prefix length/);
  await isSaid("garbled", "LinksInvalid", /must be JSON/);
  expect((await readPod(wired, "garbled")).status).toMatchObject({
    phase: "Ready",
    message: expect.stringContaining("must be JSON"),
  });

  const mended = JSON.stringify([good, { ...bad, addresses: ["10.8.2.1/24"] }]);
  await cluster.kubectl(["annotate", "pod", "noted", `ratchet.network/links=${mended}`, "--overwrite"]);
  await linkIs(wired, "noted-eth2", isUp);
  const noted = await sandboxOf(cluster, "noted");
  await pingWorks(noted, "10.8.1.2");
  await pingWorks(noted, "10.8.2.2");
  expect(await lifeOf(cluster, "noted")).toBe(life);
});

test("stream and REST show pods as they start", async () => {
  const seen = await FirstSeen.start(wired.ratchet.api.url, (item) =>
    item.kind === "Pod" && item.status.phase === "Ready" ? item.metadata.name : undefined,
  );
  try {
    await cluster.apply([
      labelledPod("op-a", "left", primaryLabels("op-a", "op-b")),
      labelledPod("op-b", "right", pairLabels("op-b")),
      labelledPod("op-c", "left", pairLabels("op-c")),
    ]);
    for (const name of ["op-a", "op-b", "op-c"]) {
      await cluster.waitPodsReady([name]);
      const startedMs = performance.now();
      const lagMs = (await seen.at(name)) - startedMs;
      process.stdout.write(`${name} is on the stream ${Math.round(lagMs)} ms after kubectl knows it Ready\n`);
      // A fraction of a second, or before it; what a busy machine adds says nothing about the stream.
      expect(lagMs, name).toBeLessThan(20_000);
      expect((await readPod(wired, name)).status.phase).toBe("Ready");
    }
  } finally {
    seen.stop();
  }
});

test("an operator cuts, re-routes and adds a wire between running pods, and they notice the carrier alone", async () => {
  const { api } = wired.ratchet;
  const names = ["op-a", "op-b", "op-c"];
  const lives = await Promise.all(names.map((name) => lifeOf(cluster, name)));
  const [a, b, c] = (await Promise.all(names.map((name) => sandboxOf(cluster, name)))) as [Sandbox, Sandbox, Sandbox];
  await linkIs(wired, "op-a-op-b", isUp);
  const before = await a.link("in1");
  watch = await InterfaceWatch.start(a);
  const sameInA = async (isAsAsked: (link: typeof before) => boolean) =>
    eventually(async () => {
      const { ifindex, address, mtu, ...state } = await a.link("in1");
      expect({ ifindex, address, mtu }).toEqual({ ifindex: before.ifindex, address: before.address, mtu: before.mtu });
      expect(isAsAsked({ ifindex, address, mtu, ...state })).toBe(true);
      expect(await a.addresses("in1")).toEqual(["192.168.2.100/24"]);
    }, WITHIN);

  await api.patchLink("op-a-op-b", { spec: { state: "down" } });
  await sameInA(isUnplugged);
  await eventually(async () => expect(isUnplugged(await b.link("in2"))).toBe(true), WITHIN);
  await api.patchLink("op-a-op-b", { spec: { state: "up" } });
  await linkIs(wired, "op-a-op-b", isUp);
  await sameInA(isPlugged);

  await api.reroute("op-a-op-b", { endpoint: 1, to: { pod: "op-c" } });
  await linkIs(wired, "op-a-op-b", (link) => isUp(link) && link.status.endpoints[1]?.pod === "op-c");
  await sameInA(isPlugged);
  await pingWorks(a, "192.168.2.101");
  expect(await c.addresses("in2")).toEqual(["192.168.2.101/24"]);
  // A word of kubelet's or of a user's that is not about the wire does not undo the operator's.
  await cluster.kubectl(["label", "pod", "op-a", "touched=yes"]);

  const end = (pod: string, address: string) => ({ pod, interface: "x1", addresses: [address] });
  const ends = [end("op-b", "10.9.0.1/24"), end("op-c", "10.9.0.2/24")];
  const third = { metadata: { name: "third" }, spec: { endpoints: ends } };
  await api.request("POST", "/api/v1/namespaces/default/links", JSON.stringify(third), "application/json");
  await linkIs(wired, "third", isUp);
  await pingWorks(b, "10.9.0.2");

  expect(watch.removed).toEqual([]);
  expect(await Promise.all(names.map((name) => lifeOf(cluster, name)))).toEqual(lives);
  expect((await linkIs(wired, "op-a-op-b", isUp)).spec.endpoints[1]).toMatchObject({ pod: "op-c" });
});

test("ratchetctl says which links come from the cluster, and from which pod", async () => {
  const table = await command([process.execPath, CTL, "--server", wired.ratchet.api.url, "get", "links"]);
  const lineOf = (name: string) => table.split("\n").find((line) => line.startsWith(`${name} `)) ?? table;
  expect(lineOf("op-a-op-b")).toContain("kubernetes pod default/op-a");
  expect(lineOf("third")).not.toContain("kubernetes");
});
