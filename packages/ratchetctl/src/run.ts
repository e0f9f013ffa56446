import { readFileSync } from "node:fs";
import { CommanderError } from "commander";
import type { Streams } from "./context.js";
import { CtlError, UsageError } from "./ctl-error.js";
import { buildProgram } from "./program.js";

/** Runs one command line (`argv` without program names) and answers its exit code. */
export async function run(argv: readonly string[], streams: Streams, env: NodeJS.ProcessEnv): Promise<number> {
  let code = 0;
  const dashes = argv.indexOf("--");
  const own = dashes < 0 ? argv : argv.slice(0, dashes);
  const program = buildProgram(streams, env, version(), dashes < 0 ? [] : argv.slice(dashes + 1), (ofVerb) => {
    code = ofVerb;
  });
  try {
    await program.parseAsync(own, { from: "user" });
    return code;
  } catch (error) {
    // Commander has said already what was wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof CtlError)) throw error;
    streams.err(`${error.message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

// The same distance from src/ and from dist/.
function version(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
