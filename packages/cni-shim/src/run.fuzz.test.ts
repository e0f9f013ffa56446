import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  assertSound,
  deepJson,
  fuzzRuns,
  heapBytes,
  hostileString,
  mutate,
  mutateText,
  type Random,
} from "@ratchet/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "./run.js";
import { FakeHost } from "./testing/fake-host.js";

const fuzz = fuzzRuns();
const COMMANDS = ["ADD", "DEL", "CHECK", "GC", "STATUS", "VERSION"];
/** What run() says of an error that nobody thought of. */
const UNEXPECTED = "ratchet met what it did not expect";
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ratchet-fuzz-cni-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const RESULT = {
  cniVersion: "1.1.0",
  interfaces: [{ name: "eth0", mac: "02:00:00:00:00:01", sandbox: "/run/netns/p1" }],
  ips: [{ address: "10.0.0.2/24", gateway: "10.0.0.1", interface: 0 }],
  routes: [{ dst: "0.0.0.0/0", gw: "10.0.0.1" }],
  dns: { nameservers: ["10.0.0.1"] },
};

function config(stateDir: string) {
  return {
    ...{ cniVersion: "1.1.0", name: "net", type: "ratchet", state_dir: stateDir, use_labels: true },
    ...{ delegate: { type: "ptp", name: "cbr0", ipam: { type: "host-local" } }, boot_network: { type: "loopback" } },
    ...{ deadline_seconds: 30, agent_socket: "/run/ratchet/cni.sock", prevResult: RESULT },
    "cni.dev/valid-attachments": [{ containerID: "c1", ifname: "eth0" }],
  };
}

const ENVIRONMENT = {
  ...{ CNI_CONTAINERID: "c1", CNI_NETNS: "/run/netns/p1", CNI_IFNAME: "eth0" },
  CNI_ARGS: "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=p1;K8S_POD_UID=u1",
};

function stdinOf(random: Random, stateDir: string): string {
  if (random.chance(0.02)) return random.chance(0.5) ? deepJson(random.pick([10, 20_000])) : hostileString(random);
  const whole = config(stateDir);
  const { prevResult: _, ...fresh } = whole;
  const sample = random.chance(0.5) ? whole : fresh;
  const text = JSON.stringify(random.chance(0.1) ? sample : mutate(random, sample)) ?? "";
  return keptWithin(random.chance(0.2) ? mutateText(random, text) : text, stateDir);
}

/** The same, but what the run writes down it writes into the test's own folder. */
function keptWithin(text: string, stateDir: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  if (typeof value !== "object" || value === null) return text;
  const { state_dir: wanted } = value as { state_dir?: unknown };
  const isRefused = wanted !== undefined && (typeof wanted !== "string" || !wanted.startsWith("/"));
  if (isRefused || (typeof wanted === "string" && resolve(wanted).startsWith(`${folder}/`))) return text;
  return JSON.stringify({ ...value, state_dir: stateDir });
}

function environmentOf(random: Random, plugins: string): Record<string, string> {
  const env: Record<string, string> = { CNI_COMMAND: random.pick(COMMANDS), CNI_PATH: plugins, ...ENVIRONMENT };
  if (random.chance(0.2))
    env[random.pick(Object.keys(env).filter((key) => key !== "CNI_PATH"))] = hostileString(random);
  if (random.chance(0.1)) env.CNI_ARGS = mutateText(random, ENVIRONMENT.CNI_ARGS);
  return env;
}

/** What the agent and the delegates answer is not always what it should be, either. */
function answers(random: Random, host: FakeHost): void {
  const outcome = { interfaces: [], ips: RESULT.ips, routes: RESULT.routes };
  const add = [{ isRatchet: random.chance(0.6), known: random.chance(0.8) }, { result: outcome }];
  const good = { "/v1/add": add, "/v1/classify": add[0], "/v1/status": { ready: true, version: "1" } };
  host.agentAnswer = (path) => {
    if (random.chance(0.1)) return "silent";
    const body = good[path as keyof typeof good] ?? {};
    return { status: random.chance(0.9) ? 200 : 500, body: random.chance(0.3) ? mutate(random, body) : body };
  };
  const stdout = JSON.stringify(random.chance(0.3) ? mutate(random, RESULT) : RESULT) ?? "";
  host.execAnswer = { stdout, exitCode: random.chance(0.9) ? 0 : 1, isTimedOut: random.chance(0.02) };
}

test("cni: whatever stands on stdin and in the environment, one JSON document or nothing comes out", async () => {
  const random = fuzz.random("cni");
  const plugins = join(folder, "plugins");
  const stateDir = join(folder, "state");
  mkdirSync(plugins);
  for (const plugin of ["ptp", "loopback"]) writeFileSync(join(plugins, plugin), "");
  const before = heapBytes();
  const codes = new Map<number, number>();
  for (let index = 0; index < fuzz.runs; index++) {
    rmSync(stateDir, { recursive: true, force: true });
    const host = new FakeHost(environmentOf(random, plugins));
    host.stdin = stdinOf(random, stateDir);
    answers(random, host);
    const what = `${fuzz.replay("cni", index)}\n${JSON.stringify(host.env)}\n${host.stdin.slice(0, 3000)}`;
    const exitCode = await run(host).catch((error: unknown) => {
      throw new Error(what, { cause: error });
    });
    if (exitCode === 0) {
      if (host.stdout !== "") expect(JSON.parse(host.stdout), what).toHaveProperty("cniVersion");
      codes.set(0, (codes.get(0) ?? 0) + 1);
    } else {
      expect(exitCode, what).toBe(1);
      const answer = JSON.parse(host.stdout);
      expect(answer, what).toMatchObject({ code: expect.any(Number), msg: expect.stringMatching(/.+/) });
      expect(answer.msg, `${what}\n${host.logs.join("\n")}`).not.toBe(UNEXPECTED);
      expect(host.stdout, what).not.toMatch(/ at .*\.(ts|js):\d/);
      codes.set(answer.code, (codes.get(answer.code) ?? 0) + 1);
    }
    assertSound(what);
  }
  expect(codes.get(0) ?? 0, "accepted none").toBeGreaterThan(fuzz.runs / 20);
  expect([...codes.keys()].length).toBeGreaterThan(3);
  expect(heapBytes() - before).toBeLessThan(256 * 2 ** 20);
});
