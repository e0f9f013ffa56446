import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Round } from "../schedule/operation.js";
import { Planner } from "../schedule/plan-round.js";
import { Suite } from "./suite.js";

export interface ChaosOptions {
  rounds: number;
  seed: string;
  nodes: number;
  /** Default embedded. */
  store?: "embedded" | "etcd";
  /** API processes; default 1. Several need etcd. */
  replicas?: number;
  /** Whether the state of API and agents is on small disks, which are filled up; default not. Needs the embedded store. */
  smallDisks?: boolean;
  /** Whether PostgreSQL keeps the history, and is killed and stopped as well; default not. */
  hasDatabase?: boolean;
  /** Whether links choose pods by their labels as well; default not. */
  hasSelectors?: boolean;
  /** Bound on a round's convergence, ms; default 30,000. */
  convergeWithinMs?: number;
  signal?: AbortSignal;
  say?: (line: string) => void;
}

export interface ChaosResult {
  rounds: number;
  accepted: number;
  refused: number;
  /** Empty when every round ended as it had to. */
  differences: string[];
  /** The round that failed, as it was played. */
  failed: Round | undefined;
  /** Logs of the failed run; the caller removes them. */
  logs: string | undefined;
  slowestMs: number;
}

/** Plays rounds until one does not end as it has to. Removes everything it made, whatever happens. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { rounds, seed, nodes, signal, say = () => {} } = options;
  const {
    store = "embedded",
    replicas = 1,
    smallDisks = false,
    hasDatabase = false,
    hasSelectors = false,
    convergeWithinMs = 30_000,
  } = options;
  const suite = await Suite.start({
    nodes,
    store,
    replicas,
    smallDisks,
    hasDatabase,
    hasSelectors,
    convergeWithinMs,
    ...(signal && { signal }),
  });
  const planner = new Planner(seed, suite.nodes, suite.parts);
  const result: ChaosResult = {
    rounds: 0,
    accepted: 0,
    refused: 0,
    differences: [],
    failed: undefined,
    logs: undefined,
    slowestMs: 0,
  };
  try {
    while (result.rounds < rounds && result.failed === undefined && !signal?.aborted) {
      const round = planner.next();
      const startedAt = performance.now();
      const { differences, convergedInMs } = await suite.play(round).catch((error: Error) => ({
        differences: [`the round could not be played: ${error.stack}`],
        convergedInMs: 0,
      }));
      if (signal?.aborted) break;
      result.rounds++;
      result.slowestMs = Math.max(result.slowestMs, convergedInMs);
      const totalMs = Math.round(performance.now() - startedAt);
      say(`round ${round.number}: ${round.steps.length} steps, converged in ${convergedInMs} ms, ${totalMs} ms in all`);
      if (differences.length === 0) continue;
      result.differences = differences;
      result.failed = round;
      result.logs = mkdtempSync(join(tmpdir(), "ratchet-chaos-logs-"));
      cpSync(join(suite.lab.dataDir, "logs"), result.logs, { recursive: true });
    }
    result.accepted = suite.writer.accepted;
    result.refused = suite.writer.refused;
  } finally {
    result.differences.push(...(await suite.stop()));
  }
  return result;
}

/** The command that plays the same schedule. */
export function replayCommand(options: Omit<ChaosOptions, "signal" | "say">): string {
  const {
    rounds,
    seed,
    nodes,
    store = "embedded",
    replicas = 1,
    smallDisks = false,
    hasDatabase = false,
    hasSelectors = false,
    convergeWithinMs,
  } = options;
  const flags = [`--rounds ${rounds}`, `--seed ${seed}`, `--nodes ${nodes}`];
  if (store !== "embedded") flags.push(`--store ${store}`);
  if (replicas !== 1) flags.push(`--replicas ${replicas}`);
  if (smallDisks) flags.push("--small-disks");
  if (hasDatabase) flags.push("--database");
  if (hasSelectors) flags.push("--selectors");
  if (convergeWithinMs !== undefined) flags.push(`--within ${convergeWithinMs / 1000}`);
  return `pnpm test:chaos -- ${flags.join(" ")}`;
}

/** What a reader needs of a failed run. */
export function describeFailure(options: ChaosOptions, { failed, differences, logs, rounds }: ChaosResult): string {
  const steps = (failed?.steps ?? []).map((step) => `    ${JSON.stringify(step)}`);
  return [
    `round ${failed?.number ?? rounds} of seed ${options.seed} did not end as it had to:`,
    ...differences.map((difference) => `  ${difference}`),
    "  its schedule:",
    ...steps,
    ...(logs === undefined ? [] : [`  logs: ${logs}`]),
    `  replay: ${replayCommand({ ...options, rounds: failed?.number ?? rounds })}`,
  ].join("\n");
}
