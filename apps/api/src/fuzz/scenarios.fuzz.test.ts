import { assertSound, fuzzRuns, hostileString, mutate, mutateText, type Random } from "@ratchet/testkit";
import { load } from "js-yaml";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestApi } from "../test-support/running-api.js";

const fuzz = fuzzRuns();
const NS = "/api/v1/namespaces/default";
const YAML = { "content-type": "application/yaml" };
let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start();
  for (const name of ["a", "b", "c"]) await api.pod(name, { node: "n1", sandbox: { managed: true } });
  await api.link("ab", [
    { pod: "a", interface: "in1", addresses: ["10.0.0.1/24"] },
    { pod: "b", interface: "in1", addresses: ["10.0.0.2/24"] },
  ]);
});
afterAll(() => api?.stop());

/** Every kind of step and check, once. */
const WHOLE = `apiVersion: ratchet.network/v1alpha1
kind: Scenario
metadata: {name: s, labels: {a: "1"}}
spec:
  description: >-
    every step there is
  deadlineSeconds: 2
  seed: 7
  probes:
    - {name: p, from: a, to: 10.0.0.2, intervalMs: 100, waitMs: 50, payloadBytes: 64}
    - &probe {name: q, from: b, to: a}
  setup:
    - {name: begin, wait: 0.01, onFailure: continue}
  steps:
    - fault: {name: f, target: {link: ab}, action: {type: flap, periodSeconds: 1, downPercent: 50, count: 2}, durationSeconds: 1}
    - {cut: ab}
    - wait: {minSeconds: 0, maxSeconds: 0.01}
    - {restore: [ab]}
    - reroute: {link: ab, endpoint: 1, to: {pod: c, interface: in1}}
    - kill: [c]
    - restart: c
    - parallel:
        - - check: {carrier: {pod: a, interface: in1, is: up}}
        - - waitUntil: {link: {name: ab, phase: Up}, withinSeconds: 0.1, everyMs: 50}
          - check: {ping: {from: a, to: 10.0.0.2, count: 1, waitMs: 50, lossUnderPercent: 50}}
    - shuffle:
        - - check: {path: {from: a, to: b, avoids: c}}
        - - check: {http: {from: a, url: "http://10.0.0.2:80/", status: 200}}
          - check: {throughput: {from: a, to: b, atLeastKbit: 1}}
    - check: {probe: {name: p, outageUnderSeconds: 5}}
    - heal: "*"
  teardown:
    - {wait: 0}
`;
const PARSED = load(WHOLE) as object;
const BOMBS = [
  "spec: &a [x, x]\nkind: &b [*a, *a]\nname: [*b, *b]\n",
  "&a [*a]",
  "<<: *x",
  "!!js/function x",
  "--- |\n x",
  `metadata: {name: s}\nspec: {steps: ${"[".repeat(3000)}`,
  `${"spec: {steps: [{parallel: [[".repeat(200)}`,
];

function draw(random: Random): string {
  if (random.chance(0.05)) return random.pick(BOMBS);
  if (random.chance(0.4)) return mutateText(random, WHOLE).toWellFormed();
  // JSON is YAML, so that a change of the tree goes the same way.
  return (JSON.stringify(random.chance(0.05) ? PARSED : mutate(random, PARSED)) ?? "").toWellFormed();
}

/** Ends a run that was begun, and forgets it: eight at once are the most. */
async function end(name: string, what: string): Promise<void> {
  const path = `${NS}/runs/${encodeURIComponent(name)}`;
  expect((await api.post(`${path}/cancel`)).status, what).toBe(200);
  const { status } = await api.until(path, (run) => run.status.endedAt !== null);
  expect(["Passed", "Failed", "Cancelled"], `${what}\n${JSON.stringify(status)}`).toContain(status.phase);
  for (const view of ["report", "junit", "series"])
    expect((await api.get(`${path}/${view}`)).status, `${view} ${what}`).toBe(200);
  expect((await api.request("DELETE", path)).status, what).toBe(200);
}

test("scenarios: every file is run or refused by line, and what ran is put back", async () => {
  const random = fuzz.random("scenarios");
  const seen = { accepted: 0, refused: 0, run: 0 };
  const links = async () => JSON.stringify((await api.get(`${NS}/links/ab`)).body.spec);
  const before = await links();
  for (let run = 0; run < fuzz.runs; run++) {
    const text = draw(random);
    const isDry = !random.chance(0.05);
    const name = random.chance(0.05) ? `&name=${encodeURIComponent(hostileString(random).toWellFormed())}` : "";
    const what = `${fuzz.replay("scenarios", run)}\n${text.slice(0, 4000)}`;
    const answer = await api.post(`${NS}/runs?dryRun=${isDry}${name}`, text, YAML);
    expect(answer.status, `${what}\n${JSON.stringify(answer.body)}`).toBeLessThan(500);
    if (answer.status >= 400) {
      seen.refused++;
      expect(answer.headers.get("content-type"), what).toContain("application/problem+json");
      expect(answer.body, what).toMatchObject({ status: answer.status, code: expect.any(String) });
    } else {
      seen.accepted++;
      if (!isDry) {
        seen.run++;
        await end(answer.body.metadata.name, what);
      }
    }
    if (run % 10 === 0) await keep(text, what);
    assertSound(what);
  }
  expect(Math.min(seen.accepted, seen.refused), JSON.stringify(seen)).toBeGreaterThan(fuzz.runs / 20);
  expect(await links()).toBe(before);
  expect((await api.get("/readyz")).status).toBe(200);
});

/** The same document as one that is only kept. */
async function keep(text: string, what: string): Promise<void> {
  let body: string | undefined;
  try {
    body = JSON.stringify(load(text));
  } catch {
    // No YAML, or a document that has itself in it.
  }
  if (body === undefined) return;
  const answer = await api.post(`${NS}/scenarios`, body, { "content-type": "application/json" });
  expect(answer.status, `${what}\n${JSON.stringify(answer.body)}`).toBeLessThan(500);
  if (answer.status !== 201) return;
  const path = `${NS}/scenarios/${encodeURIComponent(answer.body.metadata.name)}`;
  expect((await api.get(path)).status, what).toBe(200);
  expect((await api.request("DELETE", path)).status, what).toBe(200);
}
