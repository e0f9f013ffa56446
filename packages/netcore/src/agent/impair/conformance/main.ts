import { CHECKS } from "./checks.js";
import { type Engine, ImpairedPair } from "./impaired-pair.js";

/** One line of JSON for each check: how a machine without the test runner tells what it found. */
export interface CheckResult {
  engine: Engine;
  name: string;
  error: string | null;
  tookMs: number;
}

const only = process.env.RATCHET_CHECK ?? "";
for (const engine of process.argv.slice(2) as Engine[]) {
  const pair = await ImpairedPair.begin(engine);
  for (const { name, run } of CHECKS.filter((check) => check.name.includes(only))) {
    const beganAt = performance.now();
    let error: string | null = null;
    try {
      await run(pair);
    } catch (problem) {
      error = problem instanceof Error ? (problem.stack ?? problem.message) : String(problem);
    }
    const result: CheckResult = { engine, name, error, tookMs: Math.round(performance.now() - beganAt) };
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
  await pair.end();
}
