import { afterEach, beforeEach, expect, test } from "vitest";
import { AgentStandIn } from "../test-support/agent-stand-in.js";
import { TestApi } from "../test-support/running-api.js";

const LINKS = "/api/v1/namespaces/default/links";
const POOLS = "/api/v1/namespaces/default/pools";
let api: TestApi;

beforeEach(async () => {
  api = await TestApi.start();
  await api.pod("a", { node: "left", sandbox: { managed: true } });
  await api.pod("b", { node: "right", sandbox: { managed: true } });
});
afterEach(() => api.stop());

const ends = (ifName: string) => ["a", "b"].map((pod) => ({ pod, interface: ifName }));
const chosen = (link: { status: { endpoints: { autoAddresses?: string[] | undefined }[] } }) =>
  link.status.endpoints.map(({ autoAddresses }) => autoAddresses);

test("a link that asks for addresses is given a /31 and a /127, and its agents set them", async () => {
  const link = await api.link("ab", ends("e1"), { autoAddresses: "both" });
  expect(chosen(link)).toEqual([
    ["198.18.0.0/31", "fd52:4154:4348::/127"],
    ["198.18.0.1/31", "fd52:4154:4348::1/127"],
  ]);
  const agents = await Promise.all(
    ["left", "right"].map((name, i) => AgentStandIn.connect({ url: api.url, name, vtepAddress: `10.9.0.${i + 1}` })),
  );
  await api.until(`${LINKS}/ab`, ({ status }) => status.phase === "Up");
  expect(agents.map(({ ports }) => [...ports.values()].map(({ addresses }) => addresses))).toEqual(
    chosen(link).map((addresses) => [addresses]),
  );
  for (const agent of agents) await agent.kill();
});

test("the addresses stay while the link does, over changes and a restart, and are free when it is gone", async () => {
  const before = chosen(await api.link("ab", ends("e1"), { autoAddresses: "ipv4" }));
  await api.pod("c", { node: "left", sandbox: { managed: true } });
  await api.request("PATCH", `${LINKS}/ab`, { spec: { state: "down" } });
  await api.post(`${LINKS}/ab/reroute`, { endpoint: 1, to: { pod: "c" } });
  await api.restart();
  expect(chosen((await api.get(`${LINKS}/ab`)).body)).toEqual(before);
  expect((await api.get(POOLS)).body.used).toEqual({ ipv4: 1, ipv6: 0 });

  await api.request("DELETE", `${LINKS}/ab`);
  expect((await api.get(POOLS)).body.used).toEqual({ ipv4: 0, ipv6: 0 });
  const answer = await api.link("ab", [
    { pod: "a", interface: "e1", addresses: ["198.18.0.0/31"] },
    ends("e1")[1] ?? {},
  ]);
  expect(answer.spec.endpoints[0]).toMatchObject({ addresses: ["198.18.0.0/31"] });
});

test("a pod's annotation asks for addresses as well", async () => {
  const links = [{ interface: "e1", name: "ab", autoAddresses: "ipv4", peer: { pod: "b", interface: "e2" } }];
  const annotations = { "ratchet.network/links": JSON.stringify(links) };
  const manifest = { apiVersion: "v1", kind: "Pod", metadata: { name: "m", annotations }, spec: { containers: [] } };
  expect(await api.post("/api/v1/apply", [manifest])).toMatchObject({ status: 200 });
  expect(chosen((await api.get(`${LINKS}/ab`)).body)).toEqual([["198.18.0.0/31"], ["198.18.0.1/31"]]);
});

test("what is automatic and what was written by hand never meet", async () => {
  await api.link("hand", [{ pod: "a", interface: "e0", addresses: ["198.18.0.1/24"] }, ends("e0")[1] ?? {}]);
  const auto = await api.link("auto", ends("e1"), { autoAddresses: "ipv4" });
  expect(chosen(auto)).toEqual([["198.18.0.2/31"], ["198.18.0.3/31"]]);
  const spec = { endpoints: [{ pod: "b", interface: "e2", addresses: ["198.18.0.2/24"] }, ends("e2")[0]] };
  const refused = await api.post(LINKS, { metadata: { name: "late" }, spec });
  expect(refused).toMatchObject({ status: 409, body: { code: "AddressTaken" } });
  expect(refused.body.detail).toContain("link auto");
  const both = { endpoints: [{ ...ends("e3")[0], addresses: ["10.0.0.1/24"] }, ends("e3")[1]], autoAddresses: "ipv4" };
  expect(await api.post(LINKS, { metadata: { name: "both" }, spec: both })).toMatchObject({ status: 422 });
});

test("a namespace has pools of its own, gives out all of them, and is not left with less than it uses", async () => {
  expect((await api.request("PUT", POOLS, { ipv4: ["10.7.0.0/30"] })).body).toMatchObject({
    ipv4: ["10.7.0.0/30"],
    ipv6: null,
    inForce: { ipv4: ["10.7.0.0/30"] },
  });
  for (const name of ["l1", "l2"]) await api.link(name, ends(name), { autoAddresses: "ipv4" });
  const spec = { endpoints: ends("l3"), autoAddresses: "ipv4" };
  const full = await api.post(LINKS, { metadata: { name: "l3" }, spec });
  expect(full).toMatchObject({ status: 409, body: { code: "PoolExhausted" } });

  const shrunk = await api.request("PUT", POOLS, { ipv4: ["10.7.0.0/31"] });
  expect(shrunk).toMatchObject({ status: 409, body: { code: "PoolInUse" } });
  expect(shrunk.body.detail).toContain("link default/l2 (10.7.0.2/31)");
  expect((await api.get(POOLS)).body.ipv4).toEqual(["10.7.0.0/30"]);

  const widened = await api.request("PUT", POOLS, { ...(await api.get(POOLS)).body, ipv4: ["10.7.0.0/29"] });
  expect(widened.status).toBe(200);
  expect((await api.post(LINKS, { metadata: { name: "l3" }, spec })).status).toBe(201);
  const undone = await api.post(`/api/v1/changes/${widened.headers.get("x-ratchet-change")}/revert`);
  expect(undone).toMatchObject({ status: 409, body: { code: "PoolInUse" } });
  await api.request("DELETE", `${LINKS}/l3`);
  await api.post(`/api/v1/changes/${widened.headers.get("x-ratchet-change")}/revert`);
  expect((await api.get(POOLS)).body.ipv4).toEqual(["10.7.0.0/30"]);
});

test.each([
  ["10.7.0.0", "must be a prefix"],
  ["10.7.0.1/24", "has host bits set: write 10.7.0.0/24"],
  ["10.7.0.0/32", "holds no wire"],
  ["0.0.0.0/8", "no interface can have"],
  ["224.0.0.0/8", "no interface can have"],
  ["fd00::/64", "must be a prefix"],
])("the pool %s is refused", async (prefix, message) => {
  const answer = await api.request("PUT", POOLS, { ipv4: [prefix] });
  expect(answer.status).toBe(422);
  expect(answer.body.errors).toEqual([{ field: "ipv4[0]", message: expect.stringContaining(message) }]);
});

test("VNIs come from the configured range; a link that finds none waits, and gets the next that is free", async () => {
  await api.stop();
  api = await TestApi.start({ pools: { vnis: { from: 70, to: 71 } } });
  await api.pod("a", { node: "left", sandbox: { managed: true } });
  await api.pod("b", { node: "right", sandbox: { managed: true } });
  const left = await AgentStandIn.connect({ url: api.url, name: "left", vtepAddress: "10.9.0.1" });
  const right = await AgentStandIn.connect({ url: api.url, name: "right", vtepAddress: "10.9.0.2" });
  for (const name of ["l1", "l2"]) await api.link(name, ends(name));
  await api.link("asked", ends("e9"), { vni: 4711 });
  const waiting = await api.link("l3", ends("l3"));
  expect(waiting.status.conditions[0]).toMatchObject({
    reason: "VniPending",
    message: expect.stringContaining("--vni-range"),
  });
  await api.request("DELETE", `${LINKS}/l1`);
  const up = await api.until(`${LINKS}/l3`, ({ status }) => status.phase === "Up");
  expect(up.status.vni).toBe(70);
  expect((await api.get(`${LINKS}/asked`)).body.status.vni).toBe(4711);
  await left.kill();
  await right.kill();
});

test("a start with a range that leaves out what is in use is refused, names the links, and changes nothing", async () => {
  await api.link("ab", ends("e1"), { autoAddresses: "ipv4" });
  await api.link("asked", ends("e2"), { vni: 17 });
  const used = [...api.core.mirror.world.vnis].find((vni) => vni !== 17);
  await api.restart();
  const restart = async (pools: object) => {
    Object.assign(api.options, { pools });
    await api.restart();
  };
  await expect(restart({ vnis: { from: 1, to: 20 } })).rejects.toThrow(
    `--vni-range 1-20 leaves out what is in use by link default/ab (VNI ${used})`,
  );
  await expect(restart({ ipv4: ["10.0.0.0/8"] })).rejects.toThrow("link default/ab (198.18.0.0/31)");
  await restart({ ipv4: ["198.18.0.0/16", "10.0.0.0/8"], vnis: { from: 4000, to: 5000 } });
  expect((await api.get(POOLS)).body.inForce.ipv4).toEqual(["198.18.0.0/16", "10.0.0.0/8"]);
  await restart({});
  expect((await api.get(POOLS)).body.inForce.ipv4).toEqual(["198.18.0.0/16", "10.0.0.0/8"]);
});
