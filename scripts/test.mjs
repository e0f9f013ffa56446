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

  const kube = await kubeSuite(env);
  say(`tests (vitest: unit, int, kernel, e2e, vm${kube.missing === undefined ? ", kube" : ""})`);
  const reporter = join(root, "scripts", "count-reporter.mjs");
  const tests = await runThrough(
    bin("vitest"),
    ["run", "--reporter=default", `--reporter=${reporter}`, ...kube.args, ...args],
    {
      cwd: root,
      env: lint === 0 ? env : { ...env, RATCHET_LINT_FAILED: "1" },
    },
  );
  if (kube.missing !== undefined) say(`NOT RUN: the suite kube, against a real Kubernetes. ${kube.missing}`);
  return lint || tests;
}

/**
 * A contributor without Kubernetes' programs runs the rest, and is told; in CI the suite runs all the same, and fails
 * saying what is missing.
 */
async function kubeSuite(env) {
  const { findKubePrograms, KubeProgramsMissing } = await import(join(root, "packages/kube-cluster/dist/index.js"));
  try {
    findKubePrograms(env);
    return { args: [] };
  } catch (error) {
    if (!(error instanceof KubeProgramsMissing)) throw error;
    return isCi(env) ? { args: [] } : { args: ["--project=!kube"], missing: error.message };
  }
}

function isCi(env) {
  return env.CI !== undefined && env.CI !== "" && env.CI !== "false";
}
