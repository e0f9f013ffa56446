import { join } from "node:path";
import { runThrough } from "./setup/child.mjs";
import { needTestPrograms } from "./setup/debian.mjs";
import { root } from "./setup/paths.mjs";
import { say } from "./setup/say.mjs";
import { prepareWorkspace, toolEnvironment } from "./setup/workspace.mjs";

/** Lint, build (which is the type check) and every test; arguments go to vitest. Answers the exit code. */
export async function runTests(args) {
  await needTestPrograms();
  await prepareWorkspace("everything");
  const env = toolEnvironment();
  const bin = (name) => join(root, "node_modules", ".bin", name);

  say("lint (biome check); `npm run format` mends what it can");
  const lint = await runThrough(bin("biome"), ["check", "--error-on-warnings", "--log-level=warn", "."], {
    cwd: root,
    env,
  });

  say("tests (vitest: unit, int, kernel, e2e)");
  const reporter = join(root, "scripts", "count-reporter.mjs");
  const tests = await runThrough(bin("vitest"), ["run", "--reporter=default", `--reporter=${reporter}`, ...args], {
    cwd: root,
    env: lint === 0 ? env : { ...env, RATCHET_LINT_FAILED: "1" },
  });
  return lint || tests;
}
