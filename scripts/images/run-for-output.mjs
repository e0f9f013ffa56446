import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Runs a program to its end; its stdout. */
export async function runForOutput(program, args, options = {}) {
  const { stdout } = await run(program, args, { maxBuffer: 64 * 1024 * 1024, ...options });
  return stdout;
}
