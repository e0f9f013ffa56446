import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Fault, List, Run } from "@ratchet/contracts";
import { eventually, type Sandbox } from "@ratchet/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type OpenLab, openLab } from "./open-lab.js";

const NS = "/api/v1/namespaces/default";
const ctl = fileURLToPath(new URL("../packages/ratchetctl/dist/main.js", import.meta.url));
const example = (name: string) => fileURLToPath(new URL(`../examples/scenarios/${name}.yaml`, import.meta.url));
const program = fileURLToPath(new URL("../packages/lab/dist/main.js", import.meta.url));

/** Cuts the tunnel, moves an end, kills a pod, and then waits for longer than it may. */
const harmful = (deadlineSeconds: number) => `
kind: Scenario
metadata: { name: harmful }
spec:
  deadlineSeconds: ${deadlineSeconds}
  probes: [{ name: ab, from: a, to: b, intervalMs: 20, waitMs: 200 }]
  steps:
    - reroute: { link: bc, endpoint: 1, to: { interface: moved } }
    - kill: d
    - cut: ab
    - { name: too long, wait: 600 }
`;

describe("scenarios", () => {
  let lab: OpenLab;
  let folder: string;
  let ends: Sandbox[];
  let count = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ratchet-scenarios-"));
    lab = await openLab({ nodes: 2 });
    for (const [pod, node] of [
      ["a", "left"],
      ["b", "right"],
      ["c", "right"],
      ["d", "left"],
    ] as const) {
      await lab.managedPod(pod, node);
    }
    await lab.wire("ab", ["a", "in1", "10.0.0.1/24"], ["b", "in1", "10.0.0.2/24"]);
    await lab.wire("bc", ["b", "in2", "10.0.1.1/24"], ["c", "in1", "10.0.1.2/24"]);
    await lab.allUp();
    ends = await Promise.all(["a", "b"].map((name) => lab.sandbox(name)));
  });
  afterAll(async () => {
    await lab?.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => lab.allUp());

  async function fileOf(scenario: string): Promise<string> {
    count += 1;
    const file = join(folder, `s${count}.yaml`);
    await writeFile(file, scenario);
    return file;
  }

  const start = (...argv: string[]) =>
    spawn(process.execPath, [ctl, "--server", lab.url, "run", ...argv], { stdio: ["ignore", "pipe", "pipe"] });

  async function finished(child: ChildProcess): Promise<{ code: number; out: string; err: string }> {
    const [out, err, [code]] = await Promise.all([
      text(child.stdout as NodeJS.ReadableStream),
      text(child.stderr as NodeJS.ReadableStream),
      once(child, "close"),
    ]);
    return { code, out, err };
  }

  const read = (name: string) => lab.client.must<Run>("GET", `${NS}/runs/${name}`);
  const specs = async () => (await lab.client.topology()).links.map(({ metadata, spec }) => [metadata.name, spec]);

  /** As the pods' own kernels have it. */
  async function carriers(): Promise<boolean[]> {
    const links = await Promise.all(ends.map((pod) => pod.link("in1")));
    return links.map((link) => link?.flags.includes("LOWER_UP") === true);
  }

  const harmDone = (name: string) =>
    eventually(
      async () => {
        expect((await read(name)).status.steps.at(-1)?.state).toBe("running");
        expect(await carriers()).toEqual([false, false]);
      },
      { withinMs: 15_000, everyMs: 50 },
    );

  /** What the run changed is as it was asked before, and nothing of it acts. */
  async function expectPutBack(before: object): Promise<void> {
    await lab.allUp();
    expect(await specs()).toEqual(before);
    expect(await carriers()).toEqual([true, true]);
    const faults = await lab.client.must<List<Fault>>("GET", `${NS}/faults`);
    expect(faults.items.filter(({ status }) => status.ended === null)).toEqual([]);
  }

  it("measures in pods what it asks for, and writes report, JUnit and JSON", async () => {
    const b = await lab.sandbox("b");
    const server = b.spawn(
      process.execPath,
      "-e",
      'require("node:http").createServer((_q, r) => r.end("hello from b")).listen(8000, "10.0.0.2")',
    );
    try {
      const file = await fileOf(`
kind: Scenario
metadata: { name: checks }
spec:
  deadlineSeconds: 60
  probes: [{ name: ab, from: a, to: b, intervalMs: 20, waitMs: 200 }]
  steps:
    - waitUntil: { http: { from: a, url: "http://b:8000/", contains: hello }, withinSeconds: 10 }
    - check: { path: { from: a, to: b, through: b } }
    - check: { throughput: { from: a, to: b, seconds: 0.5, atLeastKbit: 1000 } }
    - check: { ping: { from: a, to: b, lossUnderPercent: 100 } }
    - parallel:
        - - cut: ab
          - waitUntil: { carrier: { pod: a, interface: in1, is: down } }
          - wait: 1
          - restore: ab
        - - waitUntil: { probe: { name: ab, isUp: false }, withinSeconds: 10 }
    - waitUntil: { probe: { name: ab, isUp: true }, withinSeconds: 10 }
`);
      const [junit, report] = ["junit.xml", "report.html"].map((name) => join(folder, name)) as [string, string];
      const { code, out, err } = await finished(start(file, "--json", "--junit", junit, "--report", report));
      expect([code, err]).toEqual([0, expect.stringContaining("passed in")]);
      const run = JSON.parse(out) as Run;
      expect(run.status.phase).toBe("Passed");
      expect(run.status.probes[0]).toMatchObject({ outageCount: 1, address: "10.0.0.2" });
      expect(run.status.probes[0]?.outages[0]?.afterStep).toBe("steps[4].parallel[0][0]");
      expect(await readFile(report, "utf8")).toContain("<svg");
      expect(await readFile(junit, "utf8")).toContain('failures="0"');
    } finally {
      server.kill("SIGKILL");
    }
  });

  it("refuses a wrong step before anything begins, and says line and field", async () => {
    const file = await fileOf(harmful(9).replace("- kill: d", "- kill: [d, nobody]"));
    const { code, err } = await finished(start(file));
    expect(code).toBe(1);
    expect(err).toContain("line 9: spec.steps[1].kill[1] there is no pod nobody");
    expect((await lab.client.pod("d")).status.phase).toBe("Ready");
  });

  it("heals at once when it is cancelled by Ctrl+C", async () => {
    const before = await specs();
    const child = start(await fileOf(harmful(60)), "--name", "cancelled");
    const result = finished(child);
    await harmDone("cancelled");
    const cancelledAt = performance.now();
    child.kill("SIGINT");
    expect((await result).code).toBe(1);
    expect(performance.now() - cancelledAt).toBeLessThan(10_000);
    expect((await read("cancelled")).status).toMatchObject({ phase: "Cancelled" });
    await expectPutBack(before);
  });

  it("heals by the deadline when the command that began it is killed with -9", async () => {
    const before = await specs();
    const child = start(await fileOf(harmful(8)), "--name", "orphan");
    const result = finished(child);
    await harmDone("orphan");
    child.kill("SIGKILL");
    await result;
    await eventually(async () => expect((await read("orphan")).status.phase).toBe("Failed"), { withinMs: 15_000 });
    expect((await read("orphan")).status.reason).toBe("Deadline");
    await expectPutBack(before);
  });

  it("has its cut healed by the deadline with the control plane dead, and the rest put back by the next one", async () => {
    const before = await specs();
    const child = start(await fileOf(harmful(8)), "--name", "beheaded");
    const result = finished(child);
    await harmDone("beheaded");
    await lab.lab.killApi({ restart: false });
    child.kill("SIGKILL");
    await result;
    expect(await carriers()).toEqual([false, false]);
    await eventually(async () => expect(await carriers()).toEqual([true, true]), { withinMs: 10_000 });
    await lab.lab.startApi();
    await eventually(async () => expect((await read("beheaded")).status.phase).toBe("Failed"), { withinMs: 15_000 });
    expect((await read("beheaded")).status.reason).toBe("Interrupted");
    await expectPutBack(before);
  });
});

it.each(["flapping-link", "partition", "rolling-nodes", "degraded-uplink", "silent-failure"])(
  "the example %s passes",
  async (name) => {
    const child = spawn(process.execPath, [program, "--scenario", example(name), "--check"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const out = await text(child.stdout);
    expect(out).toMatch(/proved (\d+) of \1 /);
  },
);

it("the OSPF scenario's runs with one seed agree on the order of events", async () => {
  const child = spawn(process.execPath, [program, "--scenario", "ospf-failover", "--check", "--runs", "2"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const out = await text(child.stdout);
  expect(out).toContain("same order: 2 runs with seed 1");
  expect(out).toMatch(/proved (\d+) of \1 /);
});
