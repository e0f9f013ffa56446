import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { runQuietly } from "./child.mjs";
import { withSetupLock } from "./lock.mjs";
import { node, pnpm, root, toolsBin, toolsDir } from "./paths.mjs";
import { SetupError, say } from "./say.mjs";
import { hasOutputs, installFingerprint, readStamp, SCOPES, sourceFingerprint, writeStamp } from "./stamp.mjs";

/** Runtime and package manager, pinned; they come from npm and live in `.tools/`. */
const TOOLS = { node: "24.21.0", pnpm: "12.21.0" };

/** The environment in which everything of ours runs: its own Node first. */
export function toolEnvironment() {
  return { ...process.env, PATH: `${toolsBin}${delimiter}${process.env.PATH ?? ""}` };
}

/** Brings the checkout to where `scope` is installed and built; does nothing when it is. */
export async function prepareWorkspace(scope) {
  if (isPrepared(scope)) return;
  mkdirSync(toolsDir, { recursive: true });
  await withSetupLock(async () => {
    if (!hasTools()) await timed(installTools);
    const packages = installStamp();
    if (!hasModules() || readStamp("install") !== packages) {
      await timed(installPackages);
      writeStamp("install", packages);
    }
    // Taken before the build: a source changed while it runs must be built the next time.
    const sources = sourceFingerprint(scope);
    if (!hasOutputs(scope) || readStamp(scope) !== sources) {
      await timed(() => build(scope));
      writeStamp(scope, sources);
    }
  });
}

function isPrepared(scope) {
  return (
    hasTools() &&
    hasModules() &&
    readStamp("install") === installStamp() &&
    hasOutputs(scope) &&
    readStamp(scope) === sourceFingerprint(scope)
  );
}

/** The pinned versions, and no others, are in `.tools/`. */
function hasTools() {
  return existsSync(node) && Object.entries(TOOLS).every(([name, version]) => installedVersion(name) === version);
}

function installedVersion(name) {
  try {
    return JSON.parse(readFileSync(join(toolsDir, "node_modules", name, "package.json"), "utf8")).version;
  } catch {
    return undefined;
  }
}

function hasModules() {
  return existsSync(join(root, "node_modules", ".bin", "turbo"));
}

function installStamp() {
  return `${JSON.stringify(TOOLS)} ${installFingerprint()}`;
}

async function timed(work) {
  const start = Date.now();
  await work();
  say(`  done in ${((Date.now() - start) / 1000).toFixed(1)} s`);
}

async function installTools() {
  say(`installing Node ${TOOLS.node} and pnpm ${TOOLS.pnpm} into .tools/ ...`);
  mkdirSync(toolsDir, { recursive: true });
  writeFileSync(join(toolsDir, "package.json"), `${JSON.stringify({ private: true, dependencies: TOOLS })}\n`);
  const args = ["install", "--prefix", toolsDir, "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"];
  // Without npm's own variables: `npm run` hands its settings down, and a prefix of its caller is not ours.
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^npm_(lifecycle|package)_/.test(key)));
  await runQuietly("installing the tools", "npm", args, { cwd: toolsDir, env });
  const version = (await runQuietly("asking Node for its version", node, ["--version"])).trim();
  if (version !== `v${TOOLS.node}`) {
    throw new SetupError(`.tools/ has Node ${version} instead of v${TOOLS.node}`, "Remove .tools/ and start again.");
  }
}

async function installPackages() {
  say("installing packages (pnpm install --frozen-lockfile) ...");
  // CI=true: pnpm must not ask whether it may replace a node_modules it does not know.
  const env = { ...toolEnvironment(), CI: "true" };
  await runQuietly("pnpm install", pnpm, ["install", "--frozen-lockfile"], { cwd: root, env });
}

async function build(scope) {
  say(`building ${scope === "product" ? "" : "everything "}(turbo run build) ...`);
  const turbo = join(root, "node_modules", ".bin", "turbo");
  const filters = SCOPES[scope].flatMap((group) => ["--filter", isPackage(group) ? `./${group}` : `./${group}/*`]);
  const args = ["run", "build", ...filters, "--output-logs=errors-only", "--log-order=grouped"];
  const env = { ...toolEnvironment(), TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1" };
  await runQuietly("the build", turbo, args, { cwd: root, env });
}

function isPackage(group) {
  return existsSync(join(root, group, "package.json"));
}
