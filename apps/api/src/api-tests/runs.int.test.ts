import type { Run } from "@ratchet/contracts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AgentStandIn } from "../test-support/agent-stand-in.js";
import { TestApi } from "../test-support/running-api.js";

const NS = "/api/v1/namespaces/default";
const YAML = { "content-type": "application/yaml", "x-ratchet-actor": "mona" };
let api: TestApi;
let left: AgentStandIn;
let timers: NodeJS.Timeout[];

beforeEach(async () => {
  timers = [];
  api = await TestApi.start();
  left = await connect();
  for (const name of ["a", "b"]) await api.pod(name, { node: "left", sandbox: { managed: true } });
  await api.link("ab", [end("a", "eth1", "10.0.0.1/24"), end("b", "eth1", "10.0.0.2/24")]);
  await api.until(`${NS}/links/ab`, isPhase("Up"));
});
afterEach(async () => {
  for (const timer of timers) clearInterval(timer);
  await left.kill();
  await api.stop();
});

const end = (pod: string, ifName: string, ...addresses: string[]) => ({ pod, interface: ifName, addresses });
const isPhase = (phase: string) => (body: { status: { phase: string } }) => body.status.phase === phase;
const isOver = (body: Run) => ["Passed", "Failed", "Cancelled"].includes(body.status.phase);

/** An agent whose packets come back unless a fault acts on the wire. */
async function connect(): Promise<AgentStandIn> {
  const agent = await AgentStandIn.connect({ url: api.url, name: "left" });
  const rttMs = () => (agent.faults.size === 0 ? 1 : null);
  agent.onRequest = ({ id, method, params }) => {
    const send = (done: boolean, result: object) => agent.send({ type: "reply", id, done, result });
    if (method === "ping") {
      const { address, count } = params as { address: string; count: number };
      const rtt = rttMs();
      const replies = Array.from({ length: count }, (_, index) => ({ sequence: index + 1, rttMs: rtt, message: "" }));
      const received = rtt === null ? 0 : count;
      const all = rtt === null ? null : { min: rtt, avg: rtt, max: rtt, mdev: 0 };
      send(true, { address, sent: count, received, lossPercent: received === 0 ? 100 : 0, rttMs: all, replies });
    }
    if (method === "probe") {
      const startedMs = performance.now();
      const report = () => {
        const nowMs = performance.now() - startedMs;
        send(false, { nowMs, samples: [{ sentMs: nowMs, rttMs: rttMs() }] });
      };
      timers.push(setInterval(report, 20));
    }
  };
  return agent;
}

const begin = async (yaml: string, query = ""): Promise<Run> => {
  const { status, body } = await api.request("POST", `${NS}/runs${query}`, yaml, YAML);
  expect([status, body.errors]).toEqual([201, undefined]);
  return body;
};
const over = (run: Run, withinMs = 10_000): Promise<Run> =>
  api.until(`${NS}/runs/${run.metadata.name}`, isOver, withinMs) as Promise<Run>;
const states = (run: Run) => run.status.steps.map(({ id, state }) => [id, state]);

const SCENARIO = `
kind: Scenario
metadata: { name: cut-it }
spec:
  deadlineSeconds: 20
  probes:
    - { name: ab, from: a, to: b, intervalMs: 20 }
  setup:
    - check: { link: { name: ab, phase: Up } }
  steps:
    - cut: ab
    - waitUntil: { ping: { from: a, to: b, expect: fails, count: 1 }, withinSeconds: 5 }
    - wait: 0.2
    - restore: ab
    - waitUntil: { probe: { name: ab, isUp: true }, withinSeconds: 5 }
  teardown:
    - check: { ping: { from: a, to: b } }
`;

test("a scenario is carried out, measured and healed", async () => {
  const begun = await begin(SCENARIO, "?seed=7&name=first");
  expect(begun).toMatchObject({ kind: "Run", metadata: { name: "first" }, spec: { scenario: "cut-it", seed: 7 } });
  const run = await over(begun);
  expect(run.metadata.revision).toBe(begun.metadata.revision);
  expect(run.status).toMatchObject({ phase: "Passed", reason: "", by: "mona" });
  expect(states(run).map(([, state]) => state)).toEqual(Array(7).fill("passed"));
  const [probe] = run.status.probes;
  expect(probe).toMatchObject({ name: "ab", address: "10.0.0.2", outageCount: 1, isUp: true, gaps: [] });
  const [outage] = probe?.outages ?? [];
  expect(outage?.afterStep).toBe("steps[0]");
  expect(outage?.durationMs).toBeGreaterThan(200);
  expect(outage?.recoveryMs).toBeGreaterThanOrEqual(outage?.durationMs ?? 0);
  expect(outage?.lost).toBe(probe?.lost);
  const types = run.status.events.map(({ type }) => type);
  expect([types[0], types.at(-1)]).toEqual(["run-started", "run-ended"]);
  expect(types).toContain("outage-ended");

  const faults = (await api.get(`${NS}/faults`)).body.items;
  expect(faults).toMatchObject([{ status: { ended: "healed", by: "mona (run first)" } }]);
  const series = (await api.get(`${NS}/runs/first/series`)).body.probes[0];
  expect(series.buckets.reduce((sum: number, { sent }: { sent: number }) => sum + sent, 0)).toBe(probe?.sent);

  const report = await api.get(`${NS}/runs/first/report`);
  expect(report.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(report.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(report.body).toContain("<svg");
  const junit = await api.get(`${NS}/runs/first/junit`);
  expect(junit.headers.get("content-type")).toBe("application/xml; charset=utf-8");
  expect(junit.body).toContain('tests="7" failures="0"');

  await over(await begin(SCENARIO, "?seed=7&name=second"));
  const { body } = await api.get(`${NS}/runs/second/compare?with=first`);
  expect(body).toMatchObject({
    run: "second",
    with: "first",
    isSameScenario: true,
    isSameSeed: true,
    isSameOrder: true,
  });
});

test("what is wrong is told with line and field before anything begins", async () => {
  const refused = async (yaml: string) => {
    const { status, body } = await api.request("POST", `${NS}/runs`, yaml, YAML);
    return [status, body.errors[0].field, body.errors[0].line, body.detail];
  };
  const typo = SCENARIO.replace("- cut: ab", "- cutt: ab");
  expect(await refused(typo)).toEqual([
    422,
    "spec.steps[0].cutt",
    11,
    "line 11: spec.steps[0].cutt is not a known field (and 1 more)",
  ]);
  const absent = SCENARIO.replace("- restore: ab", "- restore: [ab, ac]");
  expect((await refused(absent)).slice(0, 3)).toEqual([422, "spec.steps[3].restore[1]", 14]);
  const unknown = SCENARIO.replace("- cut: ab", "- fault: { target: { link: nope }, action: { type: down } }");
  expect((await refused(unknown)).slice(0, 3)).toEqual([422, "spec.steps[0].fault.target.link", 11]);
  const wrong = SCENARIO.replace("count: 1", "count: none");
  expect((await refused(wrong)).slice(0, 3)).toEqual([422, "spec.steps[1].waitUntil.ping.count", 12]);
  expect((await api.get(`${NS}/runs`)).body.items).toEqual([]);
  expect((await api.get(`${NS}/faults`)).body.items).toEqual([]);
  const dry = await api.request("POST", `${NS}/runs?dryRun=true`, SCENARIO, YAML);
  expect([dry.status, dry.body.status.phase]).toEqual([200, "Pending"]);
  expect((await api.get(`${NS}/runs`)).body.items).toEqual([]);
});

const LONG = `
kind: Scenario
metadata: { name: long }
spec:
  deadlineSeconds: 60
  steps:
    - cut: ab
    - reroute: { link: ab, endpoint: 1, to: { pod: b, interface: eth9 } }
    - kill: b
    - wait: 50
    - check: { ping: { from: a, to: b } }
  teardown:
    - { name: last words, wait: 0.01 }
`;

async function changed(): Promise<Run> {
  const run = await begin(LONG);
  await api.until(`${NS}/runs/${run.metadata.name}`, (body) => body.status.steps[3].state === "running");
  await left.until(() => left.faults.size === 1);
  expect((await api.get(`${NS}/links/ab`)).body.spec.endpoints[1].interface).toBe("eth9");
  return run;
}

async function expectPutBack(before: object): Promise<void> {
  await left.until(() => left.faults.size === 0);
  const link = await api.until(`${NS}/links/ab`, isPhase("Up"));
  expect(link.spec).toEqual(before);
  await api.until(`${NS}/pods/b`, isPhase("Ready"));
}

test("cancelled in the middle, what it changed is as it was", async () => {
  const before = (await api.get(`${NS}/links/ab`)).body.spec;
  const run = await changed();
  await api.post(`${NS}/runs/${run.metadata.name}/cancel`, undefined, { "x-ratchet-actor": "olga" });
  const ended = await over(run);
  expect(ended.status).toMatchObject({ phase: "Cancelled", reason: "Cancelled", message: "cancelled by olga" });
  expect(states(ended).map(([, state]) => state)).toEqual([
    "passed",
    "passed",
    "passed",
    "cancelled",
    "skipped",
    "passed",
  ]);
  expect(ended.status.events.filter(({ type }) => type === "put-back").map(({ about }) => about)).toEqual([
    "faults",
    "pod b",
    "link ab",
  ]);
  await expectPutBack(before);
  const { body } = await api.get(`/api/v1/changes?kind=Run&name=${run.metadata.name}`);
  expect(body.items.map(({ verb, actor }: { verb: string; actor: string }) => [verb, actor])).toEqual([
    ["end", "olga"],
    ["create", "mona"],
  ]);
});

test("the control plane killed in the middle: the next one tears it down", async () => {
  const before = (await api.get(`${NS}/links/ab`)).body.spec;
  const run = await changed();
  // What kill -9 leaves: the record as it was last written, and nobody who goes on with it.
  api.core.scenarioRuns.abandonAll();
  await api.restart();
  await left.closed;
  left = await connect();
  const ended = await over(run);
  expect(ended.status).toMatchObject({ phase: "Failed", reason: "Interrupted" });
  expect(states(ended).map(([, state]) => state)).toEqual([
    "passed",
    "passed",
    "passed",
    "cancelled",
    "skipped",
    "passed",
  ]);
  await expectPutBack(before);
});

test("at its deadline it is torn down, and a fault does not outlive it", async () => {
  const run = await begin(LONG.replace("deadlineSeconds: 60", "deadlineSeconds: 1"));
  const [fault] = (await api.until(`${NS}/faults`, (body) => body.items.length === 1)).items;
  expect(fault.spec.durationSeconds).toBeLessThanOrEqual(1);
  const ended = await over(run);
  expect(ended.status).toMatchObject({ phase: "Failed", reason: "Deadline" });
});

test("a failed check stops the run, unless it is told to go on", async () => {
  const failing = (more: string) => `
kind: Scenario
metadata: { name: f }
spec:
  steps:
    - { check: { carrier: { pod: a, interface: eth1, is: down } }${more} }
    - wait: 0.01
`;
  const stopped = await over(await begin(failing(""), "?name=x"));
  expect(states(stopped)).toEqual([
    ["steps[0]", "failed"],
    ["steps[1]", "skipped"],
  ]);
  const went = await over(await begin(failing(", onFailure: continue"), "?name=y"));
  expect(states(went)[1]).toEqual(["steps[1]", "passed"]);
  for (const run of [stopped, went]) {
    expect(run.status).toMatchObject({
      phase: "Failed",
      reason: "StepFailed",
      message: expect.stringContaining("the carrier is up"),
    });
  }
});

test("a run is not deleted while it is under way; a scenario is kept and run by its name", async () => {
  const kept = { metadata: { name: "kept" }, spec: { steps: [{ wait: 20 }] } };
  expect((await api.post(`${NS}/scenarios`, kept)).status).toBe(201);
  const { body: run } = await api.post(`${NS}/runs`, { metadata: { name: "r" }, spec: { scenario: "kept" } });
  expect(run.spec.source.steps).toEqual([{ wait: 20 }]);
  expect((await api.request("DELETE", `${NS}/runs/r`)).status).toBe(409);
  await api.post(`${NS}/runs/r/cancel`);
  await over(run);
  expect((await api.request("DELETE", `${NS}/runs/r`)).status).toBe(200);
  expect((await api.get(`${NS}/runs/r`)).status).toBe(404);
  expect((await api.post(`${NS}/runs`, { spec: { scenario: "nope" } })).status).toBe(404);
});
