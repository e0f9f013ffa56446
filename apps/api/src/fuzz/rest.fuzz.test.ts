import { OPERATIONS, openApiDocument } from "@ratchet/contracts";
import {
  assertSound,
  deepJson,
  fuzzRuns,
  heapBytes,
  hostileString,
  hostileValue,
  type JsonSchema,
  mutate,
  mutateText,
  type Random,
  sampleSchema,
} from "@ratchet/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestApi } from "../test-support/running-api.js";

type Operation = (typeof OPERATIONS)[number];
const fuzz = fuzzRuns();
const DOCUMENT = openApiDocument("fuzz") as { components: { schemas: Record<string, JsonSchema> } };
const NAMES = ["a", "b", "ab", "default"];
let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start();
});
afterAll(() => api.stop());

const resolve = (ref: string): JsonSchema => DOCUMENT.components.schemas[ref.split("/").at(-1) ?? ""] ?? {};

interface Call {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

function draw(random: Random): Call {
  const operation = random.pick(OPERATIONS);
  const path = operation.path.replace(/\{(\w+)\}/g, () =>
    encodeURIComponent((random.chance(0.8) ? random.pick(NAMES) : hostileString(random)).toWellFormed()),
  );
  const query = new URLSearchParams();
  for (const name of operation.query ?? []) if (random.chance(0.4)) query.append(name, queryValue(random));
  if (random.chance(0.05)) query.append(hostileString(random), hostileString(random));
  const headers: Record<string, string> = {};
  if (random.chance(0.1)) headers["if-match"] = random.pick(['"1"', "*", '"', "W/", "1", '"999999999999999999999"']);
  const body = operation.body === undefined && random.chance(0.9) ? undefined : drawBody(random, operation);
  if (body !== undefined) headers["content-type"] = contentType(random, operation);
  const method = random.chance(0.97) ? operation.method.toUpperCase() : random.pick(["PUT", "DELETE", "OPTIONS"]);
  return {
    method,
    path: `${path}${query.size > 0 ? `?${query}` : ""}`,
    headers,
    body: method === "GET" ? undefined : body,
  };
}

function queryValue(random: Random): string {
  return random.chance(0.5) ? random.pick(["1", "true", "a=b", "default", "Link"]) : hostileString(random);
}

function drawBody(random: Random, { body }: Operation): string {
  if (random.chance(0.02)) return deepJson(random.pick([10, 1000, 50_000]));
  if (random.chance(0.03)) return mutateText(random, '{"metadata":{"name":"a"},"spec":{}}');
  const named = body === "RunOrScenario" ? random.pick(["RunInput", "ScenarioInput"]) : (body ?? "");
  const schema = DOCUMENT.components.schemas[named];
  const documents = ["PodInput", "LinkInput"].map((name) => DOCUMENT.components.schemas[name] ?? {});
  const sample =
    schema === undefined
      ? body === "Manifests"
        ? Array.from({ length: random.int(4) }, () => sampleSchema(random, random.pick(documents), resolve))
        : random.chance(0.5)
          ? sampleSchema(random, random.pick(documents), resolve)
          : hostileValue(random)
      : sampleSchema(random, schema, resolve);
  return JSON.stringify(random.chance(0.25) ? sample : mutate(random, sample)) ?? "null";
}

function contentType(random: Random, operation: Operation): string {
  if (random.chance(0.04))
    return random.pick(["text/plain", "application/xml", "application/json; charset=utf-16", "x"]);
  if (operation.body === "MergePatch") return random.pick(["application/merge-patch+json", "application/json"]);
  return ["Manifests", "RunOrScenario"].includes(operation.body ?? "") && random.chance(0.3)
    ? "application/yaml"
    : "application/json";
}

test("rest: every request is done or refused as a problem, and the API goes on", async () => {
  const random = fuzz.random("rest");
  const before = heapBytes();
  const seen = new Map<number, number>();
  for (let run = 0; run < fuzz.runs; run++) {
    const { method, path, headers, body } = draw(random);
    const what = `${fuzz.replay("rest", run)}\n${method} ${path} ${JSON.stringify(headers)}\n${body?.slice(0, 2000)}`;
    const answer = await api.request(method, path, body, headers).catch((error: Error) => {
      throw new Error(`${what}\n${error.message} ${String(error.cause)}`);
    });
    expect(answer.status, `${what}\n${JSON.stringify(answer.body)}`).toBeLessThan(500);
    if (answer.status >= 400 && method !== "OPTIONS") {
      expect(answer.headers.get("content-type"), what).toContain("application/problem+json");
      expect(answer.body, what).toMatchObject({
        status: answer.status,
        code: expect.any(String),
        title: expect.any(String),
      });
      expect(JSON.stringify(answer.body), what).not.toMatch(/\bat .*\.(js|ts):\d+/);
    }
    assertSound(what);
    seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
  }
  // Inputs that are all refused at the first door would prove nothing.
  if (fuzz.runs >= 200)
    expect([...seen.keys()].filter((status) => status < 300).length, "accepted none").toBeGreaterThan(0);
  expect((await api.get("/readyz")).status).toBe(200);
  expect(heapBytes() - before).toBeLessThan(256 * 1024 * 1024);
});

test("yaml: every document is applied or refused as a problem, and the API goes on", async () => {
  const random = fuzz.random("yaml");
  const whole = `apiVersion: ratchet.network/v1alpha1
kind: Link
metadata: {name: y, labels: {a: "1"}}
spec:
  endpoints: &ends
    - {pod: ya, interface: in1, addresses: [10.7.0.1/24]}
    - {pod: yb, interface: in1, addresses: [10.7.0.2/24]}
---
apiVersion: v1
kind: Pod
metadata:
  name: ya
  labels: {ratchet: "true", ratchet.pod_name: ya, ratchet.primary: "true", ratchet.pair_name: yb,
    ratchet.local_ip: 10.8.0.1, ratchet.local_ifname: e1, ratchet.pair_ip: 10.8.0.2, ratchet.pair_ifname: e2}
spec: {nodeSelector: {side: left}, containers: [{name: c, image: i}]}
`;
  const bombs = [
    "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n",
    "&a [*a]",
    "<<: *x",
    "? {}\n: 1",
    "!!js/function x",
    "--- |\n x",
    "{".repeat(3000),
  ];
  for (let run = 0; run < fuzz.runs; run++) {
    const text = random.chance(0.1) ? random.pick(bombs) : mutateText(random, whole);
    const what = `${fuzz.replay("yaml", run)}\n${text}`;
    const query = random.chance(0.5) ? "?dryRun=true" : "";
    const answer = await api.post(`/api/v1/apply${query}`, text.toWellFormed(), { "content-type": "application/yaml" });
    expect(answer.status, `${what}\n${JSON.stringify(answer.body)}`).toBeLessThan(500);
    if (answer.status >= 400) expect(answer.headers.get("content-type"), what).toContain("application/problem+json");
    assertSound(what);
  }
  expect((await api.get("/readyz")).status).toBe(200);
});
