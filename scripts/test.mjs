import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runThrough } from "./setup/child.mjs";
import { needTestPrograms } from "./setup/debian.mjs";
import { root } from "./setup/paths.mjs";
import { SetupError, say } from "./setup/say.mjs";
import { prepareWorkspace, toolEnvironment } from "./setup/workspace.mjs";
import { corrected, sum, worthAnotherRun } from "./tally.mjs";

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
  say("lint (biome check); `npm run format` mends what it can");
  const biome = join(root, "node_modules", ".bin", "biome");
  const lint = await runThrough(biome, ["check", "--error-on-warnings", "--log-level=warn", "."], { cwd: root, env });

  const kube = await kubeSuite(env);
  say(`tests (vitest: unit, int, kernel, e2e, vm${kube.missing === undefined ? ", kube" : ""})`);
  let tally = await runVitest([...kube.args, ...args], env);
  const again = args.length === 0 ? worthAnotherRun(tally) : [];
  if (again.length > 0) {
    say(`once more, each by itself (what failed is above): ${again.join(", ")}`);
    const second = await runVitest(again, env);
    tally = corrected(tally, second);
    const unsteady = again.filter((file) => second.files.some((own) => own.file === file && own.failed === 0));
    if (unsteady.length > 0)
      say(`UNSTEADY, passed only the second time and in want of mending: ${unsteady.join(", ")}`);
  }
  if (kube.missing !== undefined) say(`NOT RUN: the suite kube, against a real Kubernetes. ${kube.missing}`);
  if (lint !== 0) say("lint failed: its findings are above");
  const { passed, failed } = sum(lint === 0 ? tally : { ...tally, elsewhere: tally.elsewhere + 1 });
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

/** Answers what the run came to; a run that ended before it could say so is one failure. */
async function runVitest(args, env) {
  const folder = mkdtempSync(join(tmpdir(), "ratchet-test-"));
  const path = join(folder, "tally.json");
  try {
    const vitest = join(root, "node_modules", ".bin", "vitest");
    const reporter = join(root, "scripts", "tally-reporter.mjs");
    const code = await runThrough(vitest, ["run", "--reporter=default", `--reporter=${reporter}`, ...args], {
      cwd: root,
      env: { ...env, RATCHET_TEST_TALLY: path },
    });
    const tally = readTally(path);
    // vitest may find fault with more than its tests, and says so by its exit code alone.
    return code === 0 || sum(tally).failed > 0 ? tally : { ...tally, elsewhere: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readTally(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return { files: [], elsewhere: 1 };
  }
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
