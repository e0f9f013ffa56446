import { describe, expect, it } from "vitest";
import { LINKS_ANNOTATION } from "./marks.js";
import { isRatchetPod, readKubePod } from "./read-kube-pod.js";

const LABELS = {
  ratchet: "true",
  "ratchet.pod_name": "a-name",
  "ratchet.primary": "true",
  "ratchet.pair_name": "b-name",
  "ratchet.local_ip": "192.168.2.100",
  "ratchet.local_ifname": "in1",
  "ratchet.pair_ip": "192.168.2.101",
  "ratchet.pair_ifname": "in2",
};
const find = (podName: string) => (podName === "b-name" ? "b" : undefined);
const labelled = (labels: Record<string, string>) =>
  readKubePod({ namespace: "default", name: "a", labels: { ...LABELS, ...labels }, annotations: {} }, find);
const annotated = (links: unknown) =>
  readKubePod(
    {
      namespace: "default",
      name: "a",
      labels: {},
      annotations: { [LINKS_ANNOTATION]: typeof links === "string" ? links : JSON.stringify(links) },
    },
    find,
  );
const fields = (problems: { field: string }[]) => problems.map(({ field }) => field);

describe("the labels of a pod", () => {
  it("make one link to the pod that carries the pair's name", () => {
    const { links, problems } = labelled({});
    expect(problems).toEqual([]);
    expect(links).toMatchObject([
      {
        nameFrom: ["a-name", "b-name"],
        problems: [],
        spec: {
          endpoints: [
            { pod: "a", interface: "in1", addresses: ["192.168.2.100/24"] },
            { pod: "b", interface: "in2", addresses: ["192.168.2.101/24"] },
          ],
        },
      },
    ]);
  });

  it("name the pair as written while no pod carries it", () => {
    expect(labelled({ "ratchet.pair_name": "later" }).links[0]?.spec.endpoints[1]).toMatchObject({ pod: "later" });
  });

  it("leave a bad address out of the wire and say which label is wrong", () => {
    const { links } = labelled({ "ratchet.pair_ip": "192.168.2.300" });
    expect(links[0]?.spec.endpoints[1]).toMatchObject({ addresses: [] });
    expect(links[0]?.problems).toEqual([
      { field: 'metadata.labels["ratchet.pair_ip"]', message: expect.stringContaining("write it bare") },
    ]);
  });

  it("make no link where an interface name is too long, and name the label", () => {
    const { links, problems } = labelled({ "ratchet.local_ifname": "sixteen-byte-ifn" });
    expect(links).toEqual([]);
    expect(problems).toEqual([
      { field: 'metadata.labels["ratchet.local_ifname"]', message: "must be at most 15 bytes" },
    ]);
  });

  it("say every label that is missing", () => {
    expect(fields(labelled({ "ratchet.pair_ip": "", "ratchet.pair_name": "" }).problems)).toEqual([
      'metadata.labels["ratchet.pair_name"]',
      'metadata.labels["ratchet.pair_ip"]',
    ]);
  });

  it("ask for nothing on a pod that is not Ratchet's", () => {
    expect(labelled({ ratchet: "false" })).toEqual({ links: [], problems: [] });
    expect(isRatchetPod({ labels: { ratchet: "false" }, annotations: {} })).toBe(false);
  });
});

describe("the annotation of a pod", () => {
  it("makes each entry a link of its own", () => {
    const { links, problems } = annotated([
      {
        interface: "in1",
        addresses: ["10.0.0.1/31", "fd00::1/64"],
        mtu: 1400,
        vni: 77,
        peer: { pod: "b", interface: "x" },
      },
      {
        name: "second",
        interface: "in2",
        mac: "02:00:00:00:00:AA",
        state: "down",
        impairments: [
          { from: "self", delayMs: 20 },
          { from: "peer", lossPercent: 1 },
        ],
        peer: { pod: "c", interface: "y", routes: [{ to: "default", via: "10.0.1.1" }] },
      },
    ]);
    expect(problems).toEqual([]);
    expect(links).toMatchObject([
      { name: undefined, nameFrom: ["a", "in1"], spec: { mtu: 1400, vni: 77, state: "up" } },
      {
        name: "second",
        spec: {
          state: "down",
          endpoints: [
            { pod: "a", mac: "02:00:00:00:00:aa" },
            { pod: "c", interface: "y" },
          ],
          impairments: [
            { from: "a", delayMs: 20 },
            { from: "c", lossPercent: 1 },
          ],
        },
      },
    ]);
  });

  it("asks for addresses from the pool, and not beside written ones of the same family", () => {
    const peer = { pod: "b", interface: "in2" };
    const { links } = annotated([{ interface: "in1", autoAddresses: "both", peer }]);
    expect(links).toMatchObject([{ spec: { autoAddresses: "both" } }]);
    const clash = { interface: "in1", autoAddresses: "ipv4", peer: { ...peer, addresses: ["10.0.0.1/24"] } };
    expect(fields(annotated([clash]).problems)).toEqual([
      'metadata.annotations["ratchet.network/links"][0].peer.addresses[0]',
    ]);
  });

  it("takes a peer by its labels", () => {
    const { links } = annotated([{ interface: "in1", peer: { podSelector: { app: "web" }, interface: "x" } }]);
    expect(links[0]?.spec.endpoints[1]).toEqual({ podSelector: { app: "web" }, interface: "x" });
  });

  it("impairs what a peer chosen by its labels sends, whichever pod that is", () => {
    const { links, problems } = annotated([
      {
        interface: "in1",
        impairments: [
          { from: "self", delayMs: 1 },
          { from: "peer", delayMs: 2 },
        ],
        peer: { podSelector: { app: "web" }, interface: "x" },
      },
    ]);
    expect(problems).toEqual([]);
    expect(links[0]?.spec.impairments).toMatchObject([{ from: "a" }, { from: "*:x" }]);
  });

  it("tells the directions of a loop apart by interface", () => {
    const { links } = annotated([
      { interface: "in1", impairments: [{ from: "peer", delayMs: 1 }], peer: { pod: "a", interface: "in2" } },
    ]);
    expect(links[0]?.spec.impairments).toMatchObject([{ from: "a:in2" }]);
  });

  it.each([
    ["[{", [""], "must be JSON"],
    ['{"interface":"in1"}', [""], "must be a JSON array"],
    [[{ interface: "in1" }], ["[0].peer"], "is missing"],
    [[{ interface: "in1", peer: { interface: "x" } }], ["[0].peer"], "exactly one of"],
    [[{ interface: "in1", peer: { pod: "b", podSelector: {}, interface: "x" } }], ["[0].peer"], "exactly one of"],
    [
      [{ interface: "in1", addresses: ["10.0.0.1"], peer: { pod: "b", interface: "x" } }],
      ["[0].addresses[0]"],
      "prefix",
    ],
    [[{ interface: "in1", colour: 1, peer: { pod: "b", interface: "x" } }], ["[0].colour"], "not a known field"],
    [
      [{ interface: "in1", transport: "veth", vni: 3, peer: { pod: "b", interface: "x" } }],
      ["[0].vni"],
      "a veth wire has no VNI",
    ],
    [
      [{ interface: "in1", addresses: ["10.0.0.1/24"], peer: { pod: "b", interface: "x", addresses: ["fd00::1/64"] } }],
      ["[0].peer.addresses"],
      "another family",
    ],
  ])("refuses %j by field and remedy", (links, expected, message) => {
    const { problems } = annotated(links);
    const root = `metadata.annotations["${LINKS_ANNOTATION}"]`;
    expect(fields(problems)).toEqual(expected.map((field) => `${root}${field}`));
    expect(problems[0]?.message).toContain(message);
  });

  it("leaves the good entries alone when one is bad, and takes an interface once", () => {
    const peer = (pod: string) => ({ pod, interface: "x" });
    const { links, problems } = annotated([
      { interface: "in1", peer: peer("b") },
      { interface: "bad/name", peer: peer("c") },
      { interface: "in1", peer: peer("d") },
    ]);
    expect(links.map(({ nameFrom }) => nameFrom[1])).toEqual(["in1"]);
    expect(problems.map(({ field }) => field.slice(field.indexOf("]") + 1))).toEqual([
      "[1].interface",
      "[2].interface",
    ]);
  });
});
