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
  const { rounds, seed, nodes, convergeWithinMs = 30_000, signal, say = () => {} } = options;
  const suite = await Suite.start({ nodes, convergeWithinMs, ...(signal === undefined ? {} : { signal }) });
  const planner = new Planner(seed, suite.nodes);
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
export function replayCommand({ rounds, seed, nodes }: Pick<ChaosOptions, "rounds" | "seed" | "nodes">): string {
  return `pnpm test:chaos -- --rounds ${rounds} --seed ${seed} --nodes ${nodes}`;
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
