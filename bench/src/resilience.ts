import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { runAgentInVm } from "@ratchet/testkit";
import { ENGINES, type Engine, type Measurement, measurementOf, type RowName } from "./resilience/measurement.js";
import { keyOf, ResiliencePage } from "./resilience/page.js";

const ROOT = resolve(import.meta.dirname, "../..");
const PAGE = join(ROOT, "docs/resilience.md");
const DONE = join(ROOT, "bench-results/resilience.json");
const PROGRAM = "agent/impair/conformance/measure-main.js";

const USAGE = `usage: npm run resilience [-- --engine relay|netem] [--only WORD] [--resume]

Measures what impairments do, the relay here and netem on Debian's kernel in an emulated machine, and writes the table into
docs/resilience.md, row by row.

  --engine NAME  that one alone
  --only WORD    rows whose name has the word; the others keep what stands there
  --resume       without those that the last run has measured
`;

/** Prints what it finds and writes it down as it comes: a run that is broken off has lost one row at most. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      engine: { type: "string" },
      only: { type: "string", default: "" },
      resume: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  const { engine, only, resume } = values;
  if (values.help || (engine !== undefined && !ENGINES.includes(engine as Engine))) {
    process.stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  const rows = listRows();
  const chosen = [...rows.keys()].filter((n) => rows[n]?.what.includes(only));
  if (chosen.length === 0) {
    process.stderr.write(`resilience: no row has "${only}" in its name\n\n${USAGE}`);
    return 2;
  }
  const done =
    resume && existsSync(DONE) ? (JSON.parse(readFileSync(DONE, "utf8")) as Record<string, Measurement>) : {};
  const page = new ResiliencePage(rows, readFileSync(PAGE, "utf8"));
  for (const one of ENGINES.filter((name) => engine === undefined || name === engine)) {
    const numbers = chosen.filter((n) => done[keyOf(one, rows[n]!)] === undefined);
    if (numbers.length === 0) continue;
    const condition = conditionOf(one);
    const beganAt = performance.now();
    await MEASURE[one](numbers, (measurement) => {
      const seconds = ((performance.now() - beganAt) / 1000).toFixed(0);
      const mark = measurement.isWithin === false ? "  OUTSIDE" : "";
      process.stderr.write(`${seconds.padStart(4)} s  ${one}  ${measurement.what}: ${measurement.measured}${mark}\n`);
      page.put(measurement, condition);
      done[keyOf(one, measurement)] = measurement;
      mkdirSync(dirname(DONE), { recursive: true });
      writeFileSync(DONE, `${JSON.stringify(done, null, 2)}\n`);
      writeFileSync(PAGE, page.toString());
    });
  }
  process.stderr.write(`written into ${PAGE}\n`);
  return 0;
}

type Heard = (measurement: Measurement) => void;

const MEASURE: Record<Engine, (numbers: readonly number[], hear: Heard) => Promise<void>> = {
  async relay(numbers, hear) {
    const argv = [join(ROOT, "packages/netcore/dist", PROGRAM), "relay", numbers.join(",")];
    const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(child, "exit");
    for await (const line of createInterface({ input: child.stdout })) hearLine(line, hear);
    const [code] = (await ended) as [number | null];
    if (code !== 0) throw new Error(`measuring the relay ended with ${code}`);
  },
  async netem(numbers, hear) {
    const machine = await runAgentInVm([PROGRAM, "netem", numbers.join(",")], {
      timeoutMs: 3_600_000,
      clock: "instructions",
      onLine: (line) => hearLine(line, hear),
    });
    if (machine.code !== 0) throw new Error(`the virtual machine did not finish: ${machine.output.slice(-2_000)}`);
  },
};

function hearLine(line: string, hear: Heard): void {
  const measurement = measurementOf(line);
  if (measurement !== undefined) hear(measurement);
}

function listRows(): RowName[] {
  const output = execFileSync(process.execPath, [join(ROOT, "packages/netcore/dist", PROGRAM), "list"]).toString();
  return output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RowName);
}

function conditionOf(engine: Engine): string {
  const load = loadavg()[0]?.toFixed(1);
  if (engine === "relay")
    return `on ${cpus().length} cores, Linux ${release().split("-")[0]}, load average ${load} at the beginning`;
  return "Debian's kernel on an emulated processor whose clock counts its own instructions, a nanosecond each, so that this machine's speed and load do not show";
}

process.exitCode = await main();
