// One door for `npm run demo`, `npm test`, `npm run test:chaos`, `npm run test:soak`, `npm run test:fuzz`, `npm run bench`, `npm run images` and bin/ratchetctl: plain
// JavaScript without dependencies, because on a fresh clone nothing else is there yet.
import { join } from "node:path";
import { runFuzz } from "./fuzz.mjs";
import { runThrough } from "./setup/child.mjs";
import {
  needDatabase,
  needEtcd,
  needImagePrograms,
  needKubePrograms,
  needLabPrograms,
  needTestPrograms,
} from "./setup/debian.mjs";
import { node, root } from "./setup/paths.mjs";
import { needLinux, needRoot } from "./setup/platform.mjs";
import { SetupError } from "./setup/say.mjs";
import { prepareWorkspace, toolEnvironment } from "./setup/workspace.mjs";
import { runTests } from "./test.mjs";

const VERBS = {
  async demo(args) {
    needLinux();
    await needLabPrograms();
    if (args.some((arg) => arg === "etcd" || arg === "--store=etcd")) await needEtcd();
    await prepareWorkspace("product");
    if (args.includes("--kubernetes")) await needCluster();
    // The lab ends with us, also when we are killed.
    const env = { ...toolEnvironment(), RATCHET_LAB_PARENT: String(process.pid) };
    return runThrough(node, [join(root, "packages/lab/dist/main.js"), ...args], { env });
  },
  async test(args) {
    needLinux();
    needRoot("npm test");
    return runTests(args);
  },
  async bench(args) {
    needLinux();
    needRoot("npm run bench");
    await needLabPrograms();
    await prepareWorkspace("everything");
    return runThrough(node, [join(root, "bench/dist/main.js"), ...args], { env: toolEnvironment() });
  },
  async resilience(args) {
    needLinux();
    needRoot("npm run resilience");
    await needTestPrograms();
    await prepareWorkspace("everything");
    const code = await runThrough(node, [join(root, "bench/dist/resilience.js"), ...args], { env: toolEnvironment() });
    if (code !== 0) return code;
    const biome = join(root, "node_modules", ".bin", "biome");
    return runThrough(biome, ["format", "--write", "docs/resilience.md"], { cwd: root, env: toolEnvironment() });
  },
  async chaos(args) {
    needLinux();
    needRoot("npm run test:chaos");
    await needLabPrograms();
    if (args.some((arg) => arg === "etcd" || arg === "--store=etcd")) await needEtcd();
    if (args.includes("--database")) await needDatabase();
    await prepareWorkspace("everything");
    return runThrough(node, [join(root, "e2e/chaos/dist/main.js"), ...args], { env: toolEnvironment() });
  },
  async soak(args) {
    needLinux();
    needRoot("npm run test:soak");
    await needLabPrograms();
    await prepareWorkspace("everything");
    return runThrough(node, [join(root, "e2e/chaos/dist/soak-main.js"), ...args], { env: toolEnvironment() });
  },
  async fuzz(args) {
    needLinux();
    await prepareWorkspace("everything");
    return runFuzz(args);
  },
  async images(args) {
    needLinux();
    if (args.some((arg) => ["etcd", "postgres", "front"].includes(arg))) await needImagePrograms();
    await prepareWorkspace("product");
    return runThrough(node, [join(root, "scripts/images/main.mjs"), ...args], { env: toolEnvironment() });
  },
  async setup() {
    await prepareWorkspace("product");
    return 0;
  },
};

/** Kubernetes' own programs first: what Debian has can be installed here, and what it lacks is for the user to bring. */
async function needCluster() {
  needRoot("npm run demo -- --kubernetes");
  const { findKubernetes, KubeProgramsMissing } = await import(join(root, "packages/kube-cluster/dist/index.js"));
  try {
    findKubernetes();
  } catch (error) {
    throw error instanceof KubeProgramsMissing ? new SetupError(error.message) : error;
  }
  await needKubePrograms();
}

const [verb = "", ...args] = process.argv.slice(2);
const run = VERBS[verb];
if (run === undefined) {
  process.stderr.write(`usage: node scripts/run.mjs ${Object.keys(VERBS).join("|")} [ARGUMENTS]\n`);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await run(args);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`ratchet: ${error.message}\n`);
    process.exitCode = 1;
  }
}
