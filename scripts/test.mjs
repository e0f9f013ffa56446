import { join } from "node:path";
import { runThrough } from "./setup/child.mjs";
import { needTestPrograms } from "./setup/debian.mjs";
import { root } from "./setup/paths.mjs";
import { SetupError, say } from "./setup/say.mjs";
import { prepareWorkspace, toolEnvironment } from "./setup/workspace.mjs";

/** Set-up, lint, build and every test; answers the exit code. What cannot even be tested counts as one failure. */
export async function runTests(args) {
  try {
    await needTestPrograms();
    await prepareWorkspace("everything");
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.stdout.write("\n0 passed, 1 failed\n");
    return 1;
  }
  return lintAndTest(args);
}

/** Lint and every test (the build was the type check); arguments go to vitest. Answers the exit code. */
async function lintAndTest(args) {
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
