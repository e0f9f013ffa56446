import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EtcdCluster, startEtcd } from "@ratchet/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { AgentStandIn } from "../test-support/agent-stand-in.js";
import { ApiChild } from "../test-support/api-child.js";

const NS = "/api/v1/namespaces/default";
const LINKS = `${NS}/links`;
/** The lease of a killed leader, etcd's half second, and a busy machine. */
const ELECTED_WITHIN_MS = 20_000;

let etcd: EtcdCluster;
let data: string;
let prefixes = 0;
let replicas: ApiChild[] = [];
const agents: AgentStandIn[] = [];
beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(() => etcd?.close());
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "ratchet-replicas-"));
  prefixes++;
  replicas = [await replica("one"), await replica("two")];
});
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.kill();
  for (const each of replicas) await each.end("SIGKILL");
  await rm(data, { recursive: true, force: true });
});

function replica(id: string): Promise<ApiChild> {
  const store = [
    "--store",
    "etcd",
    "--etcd-endpoints",
    etcd.endpoints.join(","),
    "--etcd-prefix",
    `crash-${prefixes}/`,
  ];
  return ApiChild.start(["--data", data, ...store, "--replica-id", id]);
}

async function leaderAndOther(): Promise<[ApiChild, ApiChild]> {
  await expect.poll(async () => (await Promise.all(replicas.map((each) => each.leads()))).includes(true)).toBe(true);
  const [one, two] = replicas as [ApiChild, ApiChild];
  return (await one.leads()) ? [one, two] : [two, one];
}

const namesOf = ({ items }: { items: { name?: string; metadata?: { name: string } }[] }) =>
  items.map((item) => item.name ?? item.metadata?.name);

function linkBody(index: number): object {
  const ends = ["a", "b"].map((pod) => ({
    pod,
    interface: `e${index}`,
    addresses: [`10.${pod === "a" ? 1 : 2}.${index}.1/24`],
  }));
  return { metadata: { name: `l${index}` }, spec: { endpoints: ends } };
}

test("kill -9 of the leading replica amid 60 requests loses nothing accepted; asked again at the other, each is there once", async () => {
  const [leader, other] = await leaderAndOther();
  const accepted: string[] = [];
  const unanswered: number[] = [];
  await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      const status = await (index % 3 === 0 ? other : leader).post(LINKS, linkBody(index));
      if (status === undefined) unanswered.push(index);
      if (status !== 201) return;
      accepted.push(`l${index}`);
      if (accepted.length === 20) void leader.end("SIGKILL");
    }),
  );
  expect(accepted.length).toBeGreaterThanOrEqual(20);
  expect(unanswered.length).toBeGreaterThan(0);
  expect(namesOf(await other.read(`${LINKS}?limit=1000`))).toEqual(expect.arrayContaining(accepted));

  // Who got no answer asks again: made now, or there already.
  for (const index of unanswered) expect([201, 409]).toContain(await other.post(LINKS, linkBody(index)));
  const all = Array.from({ length: 60 }, (_, index) => `l${index}`).sort();
  expect(namesOf(await other.read(`${LINKS}?limit=1000`)).sort()).toEqual(all);
  await expect.poll(() => other.leads(), { timeout: ELECTED_WITHIN_MS }).toBe(true);
  const recorded = async () => namesOf(await other.read("/api/v1/changes?limit=1000")).sort();
  expect(await recorded()).toEqual(all);
  // The new leader moves what the killed one had not into the history, and nothing twice.
  const waiting = async () =>
    /^ratchet_outbox_changes (\d+)$/m.exec(await (await fetch(`${other.url}/metrics`)).text())?.[1];
  await expect.poll(waiting, { timeout: 10_000 }).toBe("0");
  expect(await recorded()).toEqual(all);
}, 60_000);

test("a fault that falls due while its leader lies dead ends at its deadline, and once", async () => {
  const [leader, other] = await leaderAndOther();
  for (const name of ["a", "b"]) {
    const body = { metadata: { name }, spec: { node: "left", sandbox: { managed: true } } };
    expect(await leader.post(`${NS}/pods`, body)).toBe(201);
  }
  expect(await leader.post(LINKS, linkBody(1))).toBe(201);
  const agent = await AgentStandIn.connect({ url: other.url, name: "left" });
  agents.push(agent);
  const fault = {
    metadata: { name: "x" },
    spec: { target: { link: "l1" }, action: { type: "down" }, durationSeconds: 2 },
  };
  expect(await leader.post(`${NS}/faults`, fault)).toBe(201);
  await agent.until(() => agent.faults.size === 1);
  await leader.end("SIGKILL");

  const ended = async () => (await other.read(`${NS}/faults/x`)).status;
  await expect.poll(async () => (await ended()).ended, { timeout: ELECTED_WITHIN_MS }).toBe("deadline");
  const { endedAt, endsAt } = await ended();
  expect(endedAt).toBe(endsAt);
  await agent.until(() => agent.faults.size === 0);

  // The killed one comes back, and does not end it again.
  replicas.push(await replica("three"));
  const { items } = await other.read("/api/v1/changes?kind=Fault&name=x");
  expect(items.map(({ verb, actor }: { verb: string; actor: string }) => [verb, actor])).toEqual([
    ["end", "system"],
    ["create", expect.any(String)],
  ]);
}, 60_000);
