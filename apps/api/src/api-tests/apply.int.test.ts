import { afterEach, beforeEach, expect, test } from "vitest";
import { type Answer, TestApi } from "../test-support/running-api.js";

const YAML = { "content-type": "application/yaml" };
const API = "ratchet.network/v1alpha1";
let api: TestApi;
beforeEach(async () => {
  api = await TestApi.start();
});
afterEach(() => api.stop());

const actions = ({ body }: Answer) =>
  body.plan.map(({ action, kind, name }: Record<string, string>) => `${action} ${kind} ${name}`);
const labelled = (name: string, side: string, more: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, labels: { app: name, ratchet: "true", "ratchet.pod_name": name, ...more } },
  spec: { nodeSelector: { ratchetside: side }, containers: [{ name, image: "busybox" }] },
});
const primary = (pair: string, [ifName, ip]: string[], [pairIf, pairIp]: string[]) => ({
  "ratchet.primary": "true",
  "ratchet.pair_name": pair,
  "ratchet.local_ifname": ifName,
  "ratchet.local_ip": ip,
  "ratchet.pair_ifname": pairIf,
  "ratchet.pair_ip": pairIp,
});
const cloudRouter = () => [
  labelled("centosb", "right", { "ratchet.primary": "false" }),
  labelled("quagga-a", "left", primary("quagga-b", ["mid1", "192.168.3.100"], ["mid2", "192.168.3.101"])),
  labelled("centosa", "left", primary("quagga-a", ["in1", "192.168.2.100"], ["in2", "192.168.2.101"])),
  labelled("quagga-b", "right", primary("centosb", ["out1", "192.168.4.100"], ["out2", "192.168.4.101"])),
];
const link = (name: string, ends: object[], more: object = {}) => ({
  apiVersion: API,
  kind: "Link",
  metadata: { name, ...more },
  spec: { endpoints: ends },
});

test("the prototype's four labelled pods are applied at once in any order, and again without effect", async () => {
  const first = await api.post("/api/v1/apply", cloudRouter());
  expect(first.status).toBe(200);
  expect(actions(first).sort()).toEqual([
    "create Link centosa-quagga-a",
    "create Link quagga-a-quagga-b",
    "create Link quagga-b-centosb",
    "create Pod centosa",
    "create Pod centosb",
    "create Pod quagga-a",
    "create Pod quagga-b",
  ]);
  const { body } = await api.get("/api/v1/namespaces/default/links/quagga-a-quagga-b");
  expect(body.spec.endpoints).toEqual([
    { pod: "quagga-a", interface: "mid1", addresses: ["192.168.3.100/24"] },
    { pod: "quagga-b", interface: "mid2", addresses: ["192.168.3.101/24"] },
  ]);
  const pod = (await api.get("/api/v1/namespaces/default/pods/centosa")).body;
  expect(pod.spec).toEqual({ sandbox: { managed: true }, nodeSelector: { ratchetside: "left" } });
  expect(pod.metadata.labels.ratchet).toBe("true");

  const second = await api.post("/api/v1/apply", cloudRouter().reverse());
  expect(new Set(actions(second).map((text: string) => text.split(" ")[0]))).toEqual(new Set(["unchanged"]));
  expect((await api.get("/api/v1/changes?limit=1000")).body.items).toHaveLength(7);
});

test("the other half of a pair may have been applied before, under another name", async () => {
  const other = labelled("pod-with-a-name", "left", { "ratchet.pod_name": "other" });
  await api.post("/api/v1/apply", other);
  await api.post("/api/v1/apply", labelled("me", "left", primary("other", ["a1", "10.0.0.1"], ["b1", "10.0.0.2"])));
  const { body } = await api.get("/api/v1/namespaces/default/links/me-other");
  expect(body.spec.endpoints[1].pod).toBe("pod-with-a-name");
});

test("a pod that is not Ratchet's, and labels that make no link, are refused by label", async () => {
  const foreign = { ...labelled("a", "left"), metadata: { name: "a", labels: { ratchet: "false" } } };
  const answer = await api.post("/api/v1/apply", [
    foreign,
    labelled("b", "left", primary("a", ["abcdefghijklmnop", "x"], ["b", "10.0.0.2"])),
  ]);
  expect(answer.status).toBe(422);
  expect(answer.body.errors.map(({ field }: { field: string }) => field)).toEqual([
    '[0].metadata.labels["ratchet"]',
    '[1].metadata.labels["ratchet.local_ifname"]',
    '[1].metadata.labels["ratchet.local_ip"]',
  ]);
});

test("an apply takes effect whole or not at all", async () => {
  await api.link("old", [
    { pod: "a", interface: "x" },
    { pod: "b", interface: "x" },
  ]);
  const good = { apiVersion: API, kind: "Pod", metadata: { name: "p" }, spec: {} };
  const bad = link("new", [
    { pod: "a", interface: "x" },
    { pod: "c", interface: "x" },
  ]);
  const answer = await api.post("/api/v1/apply", [good, bad]);
  expect(answer.body).toMatchObject({ status: 409, code: "InterfaceTaken" });
  expect(answer.body.errors[0].field).toBe("[1].spec.endpoints[0].interface");
  expect((await api.get("/api/v1/namespaces/default/pods/p")).status).toBe(404);
});

test("interfaces and addresses may change hands within one apply", async () => {
  const end = (pod: string, address: string) => ({ pod, interface: "eth1", addresses: [address] });
  await api.post("/api/v1/apply", [
    link("l", [end("a", "10.0.0.1/24"), end("b", "10.0.0.2/24")]),
    link("m", [end("c", "10.0.0.3/24"), end("d", "10.0.0.4/24")]),
  ]);
  const swapped = await api.post("/api/v1/apply", [
    link("l", [end("a", "10.0.0.1/24"), end("d", "10.0.0.4/24")]),
    link("m", [end("c", "10.0.0.3/24"), end("b", "10.0.0.2/24")]),
  ]);
  expect(swapped.status).toBe(200);
  expect(swapped.body.plan[0]).toMatchObject({
    action: "update",
    diff: [
      { path: "spec.endpoints[1].pod", before: "b", after: "d" },
      { path: "spec.endpoints[1].addresses[0]", before: "10.0.0.2/24", after: "10.0.0.4/24" },
    ],
  });
  const taken = await api.post(
    "/api/v1/namespaces/default/links",
    link("n", [end("b", "10.1.0.1/24"), end("e", "10.1.0.2/24")]),
  );
  expect(taken.body.detail).toContain("already used by link m");
});

test("a dry run says what would happen, refuses what would be refused, and changes nothing", async () => {
  const { revision } = (await api.get("/api/v1/nodes")).body.metadata;
  const plan = await api.post("/api/v1/apply?dryRun=true", cloudRouter());
  expect(plan.body).toMatchObject({ dryRun: true });
  expect(plan.body.plan).toHaveLength(7);
  expect((await api.get("/api/v1/nodes")).body.metadata.revision).toBe(revision);
  const clash = [
    link("l", [
      { pod: "a", interface: "x" },
      { pod: "b", interface: "x" },
    ]),
    link("m", [
      { pod: "a", interface: "x" },
      { pod: "c", interface: "x" },
    ]),
  ];
  expect((await api.post("/api/v1/apply?dryRun=true", clash)).status).toBe(409);
});

test("prune deletes what carries the set's label and is not in the request, nothing else", async () => {
  const labels = { "ratchet.network/set": "s" };
  const pod = (name: string, more: object = {}) => ({
    apiVersion: API,
    kind: "Pod",
    metadata: { name, ...more },
    spec: {},
  });
  await api.post("/api/v1/apply", [pod("a", { labels }), pod("b", { labels }), pod("c")]);
  const answer = await api.post("/api/v1/apply?prune=s", [pod("a", { labels })]);
  expect(actions(answer)).toEqual(["unchanged Pod a", "delete Pod b"]);
  expect((await api.get("/api/v1/namespaces/default/pods/c")).status).toBe(200);
  expect((await api.post("/api/v1/apply?prune=s", "", YAML)).status).toBe(400);
});

test.each([
  ["a syntax error", "kind: Pod\n---\nkind: [Pod\n", "document 2, line"],
  ["a key twice", "kind: Pod\nkind: Link\n", "document 1, line 2"],
  ["a tag of its own", "kind: !!js/function 'x'\n", "document 1, line 1"],
  ["__proto__", "a: 1\n---\nx: {__proto__: {y: 1}}\n", "document 2"],
  ["an alias to nothing", "a: *b\n", "document 1, line 1"],
  [
    "a bomb",
    `${Array.from({ length: 20 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(i === 0 ? "x" : `*a${i}`)}]`).join("\n")}\n`,
    "document 1",
  ],
  ["deep nesting", `${"[".repeat(200)}${"]".repeat(200)}`, "document 1"],
])("refuses YAML with %s, naming document and line", async (_what, text, where) => {
  const answer = await api.post("/api/v1/apply", text, YAML);
  expect(answer.body).toMatchObject({ status: 400, code: "Malformed" });
  expect(answer.body.detail).toContain(where);
});

test("kinds that are not built, or not known, are refused in their place", async () => {
  const unbuilt = await api.post("/api/v1/apply", [{ apiVersion: API, kind: "Network", metadata: { name: "n" } }]);
  expect(unbuilt.body).toMatchObject({ status: 422, code: "Unsupported", errors: [{ field: "[0].kind" }] });
  const unknown = await api.post("/api/v1/apply", { apiVersion: "v1", kind: "Service", metadata: { name: "n" } });
  expect(unknown.body).toMatchObject({ status: 422, code: "Invalid", errors: [{ field: "[0].kind" }] });
});

test("many documents of YAML are read in their namespaces", async () => {
  const text = `apiVersion: ${API}\nkind: Pod\nmetadata: {name: a, namespace: lab}\nspec: {}\n---\n# nothing\n---\napiVersion: ${API}\nkind: Pod\nmetadata: {name: b}\nspec: {}\n`;
  const answer = await api.post("/api/v1/apply?namespace=other", text, YAML);
  expect(answer.body.plan.map(({ namespace }: { namespace: string }) => namespace)).toEqual(["lab", "other"]);
  const names = (await api.get("/api/v1/namespaces")).body.items.map(
    ({ metadata }: { metadata: { name: string } }) => metadata.name,
  );
  expect(names).toEqual(["default", "lab", "other"]);
});

test("a manifest's annotation makes its links, and what is wrong with one refuses the whole", async () => {
  const annotated = (links: object[]) => {
    const pod = labelled("a", "left");
    const annotations = { "ratchet.network/links": JSON.stringify(links) };
    return [{ ...pod, metadata: { name: "a", annotations } }, labelled("b", "right")];
  };
  const good = { interface: "in1", addresses: ["fd00::1/64"], mtu: 1400, peer: { pod: "b", interface: "in2" } };
  const refused = await api.post("/api/v1/apply", annotated([good, { ...good, interface: "a/b" }]));
  expect(refused.status).toBe(422);
  expect(refused.body.errors[0].field).toBe('[0].metadata.annotations["ratchet.network/links"][1].interface');
  expect((await api.get("/api/v1/namespaces/default/links/a-in1")).status).toBe(404);

  expect(actions(await api.post("/api/v1/apply", annotated([good])))).toContain("create Link a-in1");
  const { body } = await api.get("/api/v1/namespaces/default/links/a-in1");
  expect(body.spec).toMatchObject({ mtu: 1400, endpoints: [{ pod: "a", addresses: ["fd00::1/64"] }, { pod: "b" }] });
});

test("what joins a set while an apply prunes it is pruned, unless it came after", async () => {
  const pod = (name: string, labels: object) => ({
    apiVersion: API,
    kind: "Pod",
    metadata: { name, labels },
    spec: {},
  });
  const set = { "ratchet.network/set": "green" };
  let overtaken = 0;
  for (let round = 0; round < 40; round++) {
    const create = () => api.post("/api/v1/namespaces/default/pods", pod("late", set));
    const first = round % 2 === 0 ? create() : undefined;
    const applying = api.post("/api/v1/apply?prune=green", [pod(`kept-${round}`, {})]);
    const [applied, created] = await Promise.all([applying, first ?? create()]);
    expect([applied.status, created.status]).toEqual([200, 201]);
    const isThere = (await api.get("/api/v1/namespaces/default/pods/late")).status === 200;
    if (created.body.metadata.revision < applied.body.revision) {
      overtaken++;
      expect(isThere).toBe(false);
      expect(actions(applied)).toContain("delete Pod late");
    } else {
      expect(isThere).toBe(true);
      expect((await api.post("/api/v1/apply?prune=green", [pod("kept-0", {})])).status).toBe(200);
    }
  }
  expect(overtaken).toBeGreaterThan(0);
});
