import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, toolsDir } from "./paths.mjs";

/** What is built: the product alone, or with what tests and measures it. Folders of packages. */
export const SCOPES = {
  product: ["apps", "packages"],
  everything: ["apps", "packages", "e2e", "e2e/chaos", "bench"],
};
const ROOT_INPUTS = ["tsconfig.base.json", "turbo.json", "package.json", "pnpm-lock.yaml", "prisma/schema.prisma"];
const NOT_INPUTS = new Set(["node_modules", "dist", "generated", ".turbo", ".vite"]);

/** Changes when what `pnpm install` would do changes. */
export function installFingerprint() {
  const hash = createHash("sha256");
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", ...manifests("everything")]) {
    hash.update(`${file}\0`);
    hash.update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}

/** Changes when a source of the build is touched, added or removed. Reads no contents. */
export function sourceFingerprint(scope) {
  const hash = createHash("sha256");
  const visit = (path) => {
    const info = statSync(join(root, path), { throwIfNoEntry: false });
    if (info === undefined) return;
    if (!info.isDirectory()) {
      hash.update(`${path} ${info.size} ${info.mtimeMs}\n`);
      return;
    }
    for (const name of readdirSync(join(root, path)).sort()) {
      if (!NOT_INPUTS.has(name)) visit(`${path}/${name}`);
    }
  };
  for (const path of [...ROOT_INPUTS, ...SCOPES[scope]]) visit(path);
  return hash.digest("hex");
}

/** True when every package that has a build has its output. */
export function hasOutputs(scope) {
  return manifests(scope).every((file) => {
    const { scripts } = JSON.parse(readFileSync(join(root, file), "utf8"));
    return scripts?.build === undefined || existsSync(join(root, file, "..", "dist"));
  });
}

/** What was done last, by step. */
export function readStamp(step) {
  try {
    return readFileSync(join(toolsDir, `${step}.stamp`), "utf8");
  } catch {
    return undefined;
  }
}

export function writeStamp(step, value) {
  const path = join(toolsDir, `${step}.stamp`);
  writeFileSync(`${path}.${process.pid}`, value);
  renameSync(`${path}.${process.pid}`, path);
}

function manifests(scope) {
  return SCOPES[scope].flatMap((group) => {
    const own = `${group}/package.json`;
    if (existsSync(join(root, own))) return [own];
    const dir = join(root, group);
    if (!existsSync(dir)) return [];
    return readdirSync(dir)
      .sort()
      .map((name) => `${group}/${name}/package.json`)
      .filter((file) => existsSync(join(root, file)));
  });
}
