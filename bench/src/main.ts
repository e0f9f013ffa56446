import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { stopLabs } from "./bench-lab.js";
import type { Figure, Row } from "./figure.js";
import { cni } from "./rows/cni.js";
import { cniAgent } from "./rows/cni-agent.js";
import { create } from "./rows/create.js";
import { etcd } from "./rows/etcd.js";
import { executor } from "./rows/executor.js";
import { faultEffect } from "./rows/fault-effect.js";
import { impair } from "./rows/impair.js";
import { impairVm } from "./rows/impair-vm.js";
import { kubernetes, stopClusters } from "./rows/kubernetes.js";
import { mass } from "./rows/mass.js";
import { page } from "./rows/page.js";
import { scale } from "./rows/scale.js";
import { telemetry } from "./rows/telemetry.js";
import { throughput } from "./rows/throughput.js";
import { table } from "./table.js";

const ROWS: Row[] = [
  executor,
  create,
  mass,
  throughput,
  impair,
  faultEffect,
  impairVm,
  page,
  cni,
  cniAgent,
  kubernetes,
  etcd,
  scale,
  telemetry,
];

const USAGE = `usage: npm run bench [-- ROW ...] [--json FILE]

Measures Ratchet against the same job done by hand, in one run.

rows:
${ROWS.map((row) => `  ${row.name.padEnd(12)} ${row.about}`).join("\n")}

  --json FILE   where the figures go as JSON (default bench-results/latest.json)
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "string", default: "bench-results/latest.json" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const unknown = positionals.filter((name) => !ROWS.some((row) => row.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`bench: no row ${unknown.join(", ")}\n\n${USAGE}`);
    return 2;
  }
  const chosen = positionals.length === 0 ? ROWS : ROWS.filter((row) => positionals.includes(row.name));
  const figures: Figure[] = [];
  for (const row of chosen) {
    process.stderr.write(`${row.name}: ${row.about}\n`);
    figures.push(...(await row.measure((line) => process.stderr.write(`  ${line}\n`))));
  }
  process.stdout.write(`${table(figures)}\n`);
  mkdirSync(dirname(values.json), { recursive: true });
  const machine = { cpus: cpus().length, cpu: cpus()[0]?.model, kernel: release(), node: process.version };
  writeFileSync(values.json, `${JSON.stringify({ at: new Date().toISOString(), machine, figures }, null, 2)}\n`);
  process.stderr.write(`written to ${values.json}\n`);
  return 0;
}

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => void Promise.all([stopLabs(), stopClusters()]).finally(() => process.exit(130)));
process.exitCode = await main();
