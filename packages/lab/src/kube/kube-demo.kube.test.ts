import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sweepKubeClusters } from "@ratchet/kube-cluster";
import { afterEach, expect, test } from "vitest";
import { LabProcess } from "../lab-process.js";

// `npm run demo -- --kubernetes`, as a person starts it.

let demo: LabProcess | undefined;

afterEach(async () => {
  await demo?.end();
  demo = undefined;
  await sweepKubeClusters();
});

const PREFIX = "ratchet-kube-";

/** Marks of the clusters that a process started; others may run on this host. */
function clustersOf(pid: number | undefined): string[] {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith(PREFIX))
    .filter((name) => JSON.parse(readFileSync(join(tmpdir(), name, "owner.json"), "utf8")).pid === pid)
    .map((name) => name.slice(PREFIX.length));
}

test("--check proves the cloud router on a real Kubernetes, step by step, and leaves nothing", async () => {
  demo = new LabProcess(["--kubernetes", "--check"]);
  expect(await demo.exit, demo.output).toBe(0);
  const proofs = demo.output.split("\n").filter((line) => line.startsWith("  ok  "));
  expect(demo.output).toContain(`proved ${proofs.length} of ${proofs.length} `);
  expect(proofs.length).toBeGreaterThanOrEqual(13);
});

test("Ctrl+C while Kubernetes starts removes what there is of it", async () => {
  demo = new LabProcess(["--kubernetes"]);
  await demo.printed("kube-apiserver at");
  const [mark, ...others] = clustersOf(demo.child.pid);
  expect(others).toEqual([]);
  demo.child.kill("SIGINT");
  expect(await demo.exit, demo.output).toBe(1);
  const names = [...readdirSync("/run/netns"), ...readdirSync("/sys/class/net"), ...readdirSync(tmpdir())];
  expect(names.filter((name) => name.replace(PREFIX, "").startsWith(mark!))).toEqual([]);
});
