import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ApiStandIn } from "../api-stand-in.js";

const RUNS = "/api/v1/namespaces/default/runs";
const SNAPSHOT = JSON.stringify({ type: "snapshot", storeId: "s", revision: 1, sequence: 0, items: [] });
let api: ApiStandIn;
let folder: string;
let file: string;

beforeEach(async () => {
  api = await ApiStandIn.start();
  folder = await mkdtemp(join(tmpdir(), "ratchetctl-run-"));
  file = join(folder, "s.yaml");
  await writeFile(file, "kind: Scenario\n");
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const runAt = (phase: string) => ({
  kind: "Run",
  metadata: { namespace: "default", name: "r" },
  spec: { scenario: "s", seed: 7, source: { deadlineSeconds: 60 } },
  status: { phase, message: "", durationMs: 1200, steps: [], probes: [], events: [] },
});

it("sends the file as it is, follows the run to its end, and writes what was asked for", async () => {
  api.answer(`POST ${RUNS}?seed=7&name=r`, runAt("Pending"), 201);
  api.answer(`GET ${RUNS}/r`, runAt("Running"));
  api.answer(`GET ${RUNS}/r/junit`, "<xml/>");
  api.onStream = (socket) => {
    socket.send(SNAPSHOT);
    setTimeout(() => socket.send(JSON.stringify({ type: "run", run: runAt("Passed") })), 50);
  };
  const junit = join(folder, "junit.xml");
  const { code, stdout } = await api.ctl(["run", file, "--seed", "7", "--name", "r", "--junit", junit]);
  expect([code, stdout]).toEqual([0, "run default/r, seed 7, at the longest 60 s\npassed in 1.20 s\n"]);
  expect(api.received[0]).toMatchObject({ body: "kind: Scenario\n", headers: { "content-type": "application/yaml" } });
  expect(await readFile(junit, "utf8")).toBe('"<xml/>"');
});

it("reads the run again when the stream was lost: its end may have been said meanwhile", async () => {
  api.answer(`POST ${RUNS}`, runAt("Pending"), 201);
  api.answer(`GET ${RUNS}/r`, runAt("Running"));
  api.onStream = (socket, number) => {
    socket.send(SNAPSHOT);
    if (number > 1) return;
    setTimeout(() => {
      api.answer(`GET ${RUNS}/r`, runAt("Failed"));
      socket.terminate();
    }, 200);
  };
  const { code, stdout, stderr } = await api.ctl(["run", file]);
  expect([code, stdout]).toEqual([1, expect.stringContaining("failed in 1.20 s")]);
  expect(stderr).toContain("the run goes on, trying again");
});

it("Ctrl+C cancels and waits for the end", async () => {
  api.answer(`POST ${RUNS}`, runAt("Pending"), 201);
  api.answer(`GET ${RUNS}/r`, runAt("Running"));
  api.answer(`POST ${RUNS}/r/cancel`, runAt("Running"));
  const interrupt = new AbortController();
  api.onStream = (socket) => {
    socket.send(SNAPSHOT);
    setTimeout(() => interrupt.abort(), 50);
    setTimeout(() => socket.send(JSON.stringify({ type: "run", run: runAt("Cancelled") })), 300);
  };
  const { code, stdout } = await api.ctl(["run", file], { interrupt: interrupt.signal });
  expect([code, stdout]).toEqual([1, expect.stringContaining("cancelled in 1.20 s")]);
  expect(api.received.map(({ method, url }) => `${method} ${url}`)).toContain(`POST ${RUNS}/r/cancel`);
});

it("a refusal is told with its line, and nothing is followed", async () => {
  const detail = "line 9: spec.steps[1].cutt is not a known field";
  const problem = { type: "", title: "", status: 422, code: "Invalid", detail, errors: [] };
  api.answer(`POST ${RUNS}`, problem, 422);
  const { code, stderr } = await api.ctl(["run", file]);
  expect([code, stderr]).toEqual([1, `Invalid: ${detail}\n`]);
  expect(api.streams).toEqual([]);
});

it("cancel tells runs to end", async () => {
  api.answer(`POST ${RUNS}/r/cancel`, runAt("Running"));
  expect((await api.ctl(["cancel", "r"])).stdout).toBe("Run default/r is told to end (Running)\n");
});
