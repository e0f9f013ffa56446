import { keys } from "@ratchet/contracts";
import { assertSound, fuzzRuns, hostileString, mutate, mutateText } from "@ratchet/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AgentStandIn } from "../test-support/agent-stand-in.js";
import { TestApi } from "../test-support/running-api.js";

const fuzz = fuzzRuns();
const NS = "/api/v1/namespaces/default";
const TOPOLOGY = `${NS}/topology`;
let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start();
  const agents = await Promise.all(["n1", "n2"].map((name) => AgentStandIn.connect({ url: api.url, name })));
  await api.pod("a", { node: "n1", sandbox: { managed: true }, interfaces: [{ name: "x" }] });
  await api.pod("b", { node: "n2", sandbox: { managed: true } });
  await api.link("ab", [
    { pod: "a", interface: "in1", addresses: ["10.0.0.1/24"] },
    { pod: "b", interface: "in1", addresses: ["10.0.0.2/24"] },
  ]);
  // A tunnel has a VNI, so that there is a record of every kind.
  for (const agent of agents) await agent.until(() => agent.wireNamed("ab") !== undefined);
  await api.post(`${NS}/scenarios`, { metadata: { name: "s" }, spec: { steps: [{ wait: 0.01 }, { cut: "ab" }] } });
  await api.post(`${NS}/runs`, { metadata: { name: "r" }, spec: { scenario: "s" } });
  await api.until(`${NS}/runs/r`, (run) => run.status.phase === "Passed");
});
afterAll(() => api.stop());

test("store-values: what somebody else wrote into the store is left out, and comes back when it is mended", async () => {
  const random = fuzz.random("store-values");
  const { store } = api.core;
  const kinds = [
    ...[keys.pods(), keys.links(), keys.nodes(), keys.vnis(), keys.ports(), keys.addresses(), keys.runs()],
    ...[keys.scenarios(), keys.scenarioRuns(), keys.scenarioSeries()],
  ];
  const { entries } = await store.range("/ratchet/");
  const sound = entries.filter(({ key }) => kinds.some((prefix) => key.startsWith(prefix)));
  expect(sound.length).toBeGreaterThan(6);
  const names = async () => {
    const { body } = await api.get(TOPOLOGY);
    return JSON.stringify(
      [body.pods, body.links].map((list) => list.map((item: Named) => [item.metadata.name, item.spec])),
    );
  };
  const before = await names();
  for (let run = 0; run < fuzz.runs; run++) {
    const { key, value } = random.pick(sound);
    const broken = random.chance(0.3)
      ? mutateText(random, value).toWellFormed()
      : (JSON.stringify(mutate(random, JSON.parse(value))) ?? "").toWellFormed();
    const at = random.chance(0.9) ? key : `${random.pick(kinds)}${hostileString(random).toWellFormed() || "x"}`;
    const what = `${fuzz.replay("store-values", run)}\n${at}\n${broken}`;
    const outcome = await store.txn({ ops: [{ op: "put", key: at, value: broken }] });
    await api.core.mirror.reached(outcome.revision, 5000);
    for (const path of [TOPOLOGY, "/api/v1/nodes", `${NS}/pods`, `${NS}/scenarios`, `${NS}/runs`]) {
      const answer = await api.get(path);
      expect(answer.status, `${what}\n${JSON.stringify(answer.body)}`).toBe(200);
    }
    assertSound(what);
    const ops = at === key ? [{ op: "put" as const, key, value }] : [{ op: "delete" as const, key: at }];
    const mended = await store.txn({ ops });
    await api.core.mirror.reached(mended.revision, 5000);
  }
  // A VNI that was lost for a moment may have been replaced by another meanwhile: that is what settling is for.
  const kept = sound.filter(({ key }) => !key.startsWith(keys.vnis()));
  const missing = kept.filter(({ key }) => api.core.mirror.world.entry(key) === undefined).map(({ key }) => key);
  expect(missing).toEqual([]);
  expect(await names()).toBe(before);
});

test("store-values: an API starts over a store that others wrote into", async () => {
  const random = fuzz.random("store-values at start");
  const { entries } = await api.core.store.range(keys.links());
  const ops = [
    keys.pods(),
    keys.links(),
    keys.nodes(),
    keys.vnis(),
    keys.bindings(),
    keys.runs(),
    keys.choices(),
  ].flatMap((prefix) =>
    Array.from({ length: 10 }, (_, at) => ({
      op: "put" as const,
      key: `${prefix}default/junk-${at}`,
      value: JSON.stringify(mutate(random, JSON.parse(entries[0]?.value ?? "{}")))?.toWellFormed() ?? "null",
    })),
  );
  await api.core.store.txn({ ops });
  await api.restart();
  expect((await api.get("/readyz")).status).toBe(200);
  expect((await api.get(TOPOLOGY)).body.links.map(({ metadata }: Named) => metadata.name)).toEqual(["ab"]);
});

interface Named {
  metadata: { name: string };
  spec: unknown;
}
