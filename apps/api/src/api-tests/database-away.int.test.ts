import type { Change } from "@ratchet/contracts";
import { Postgres } from "@ratchet/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Logger } from "../logger.js";
import { AgentStandIn } from "../test-support/agent-stand-in.js";
import { TestApi } from "../test-support/running-api.js";

const NS = "/api/v1/namespaces/default";
/** Longer than what is still on time. `RATCHET_AWAY_SECONDS=60` is what an operator would try. */
const AWAY_MS = Number(process.env.RATCHET_AWAY_SECONDS ?? 12) * 1000;
const PACE_MS = 500;

let postgres: Postgres;
let api: TestApi;
let agents: AgentStandIn[];
let logged: string;

const note = (facts: object, message: string) => {
  logged += `${message} ${JSON.stringify(facts, (_, value) => (value instanceof Error ? `${value.stack}` : value))}\n`;
};
const log: Logger = { debug: note, info: note, warn: note, error: note };

beforeEach(async () => {
  logged = "";
  postgres = await Postgres.start();
  api = await TestApi.start({ log, database: { kind: "postgresql", url: await postgres.newDatabase() } });
  agents = await Promise.all(
    ["left", "right"].map((name, i) => AgentStandIn.connect({ url: api.url, name, vtepAddress: `10.9.0.${i + 1}` })),
  );
  await api.pod("a", { node: "left", sandbox: { managed: true } });
  await api.pod("b", { node: "right", sandbox: { managed: true } });
  await expect.poll(waiting, { timeout: 20_000 }).toBe(0);
});
afterEach(async () => {
  for (const agent of agents) await agent.kill();
  await api.stop();
  await postgres.close();
});

const ends = (ifName: string) => ["a", "b"].map((pod) => ({ pod, interface: ifName }));
const waiting = async () => Number(/^ratchet_outbox_changes (\d+)$/m.exec((await api.get("/metrics")).body)?.[1]);

test.each([
  ["killed", () => postgres.kill(), () => postgres.start()],
  ["hanging", async () => postgres.pause(), async () => postgres.resume()],
])(
  "a database that is %s delays the history, and neither drops it nor touches a wire",
  async (_, take, giveBack) => {
    await take();
    const until = performance.now() + AWAY_MS;
    const made: string[] = [];
    let slowestMs = 0;
    while (performance.now() < until) {
      const name = `l${made.length}`;
      const startedMs = performance.now();
      await api.link(name, ends(name));
      slowestMs = Math.max(slowestMs, performance.now() - startedMs);
      made.push(name);
      await api.until(`${NS}/links/${name}`, ({ status }) => status.phase === "Up");
      await new Promise((resolve) => setTimeout(resolve, PACE_MS));
    }
    // As fast as always: nothing of the wires waits for it.
    expect(slowestMs).toBeLessThan(5_000);
    expect(made.length).toBeGreaterThan(5);
    expect(await waiting()).toBe(made.length);
    const undone = await api.post(`/api/v1/changes/${await newest()}/revert`);
    expect(undone.status).toBe(200);
    expect((await api.get("/api/v1/changes")).status).toBe(503);
    expect((await api.get("/readyz")).status).toBe(200);

    await giveBack();
    await expect.poll(waiting, { timeout: 30_000, interval: 200 }).toBe(0);
    const { items } = (await api.get("/api/v1/changes?limit=1000")).body as { items: Change[] };
    expect(items.map(({ verb, name }) => `${verb} ${name}`).reverse()).toEqual([
      "create a",
      "create b",
      ...made.map((name) => `create ${name}`),
      `revert ${made.at(-1)}`,
    ]);
    const late = items.filter((change) => change.late).map(({ name }) => name);
    expect(late).toContain("l0");
    expect(late).not.toContain("a");
    expect(logged).toContain("the history cannot be written; changes wait in the store");
    expect(logged).not.toContain(postgres.password);
    expect(logged).not.toContain(encodeURIComponent(postgres.password));
  },
  AWAY_MS + 120_000,
);

/** Its change is still in the store alone. */
async function newest(): Promise<string> {
  const { entries } = await api.core.store.range("/ratchet/outbox/");
  return entries.at(-1)?.key.split("/").at(-1) ?? "";
}

test("the API starts, works and stops while the database is not there", async () => {
  await postgres.kill();
  await api.restart();
  for (const agent of agents.splice(0)) await agent.kill();
  agents.push(await AgentStandIn.connect({ url: api.url, name: "left", vtepAddress: "10.9.0.1" }));
  await api.pod("c", { node: "left", sandbox: { managed: true } });
  await api.link("ac", [ends("e1")[0] ?? {}, { pod: "c", interface: "e1" }]);
  await api.until(`${NS}/links/ac`, ({ status }) => status.phase === "Up");
  const startedMs = performance.now();
  await api.restart();
  expect(performance.now() - startedMs).toBeLessThan(20_000);
  await postgres.start();
  await expect.poll(waiting, { timeout: 30_000, interval: 200 }).toBe(0);
  expect((await api.get("/api/v1/changes")).body.items.map(({ name }: Change) => name)).toEqual(["ac", "c", "b", "a"]);
});
