import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LabError } from "./lab-error.js";

// The same distance from src/ and from dist/.
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

/** Where the other parts of Ratchet lie once they are built. */
export const parts = {
  api: join(root, "apps/api/dist/main.js"),
  agent: join(root, "packages/netcore/dist/agent/main.js"),
  /** The CNI executable. */
  shim: join(root, "packages/cni-shim/dist/ratchet"),
  web: join(root, "apps/web/dist"),
  examples: join(root, "examples"),
};

/** Refuses to start a cluster whose pods nothing would wire. */
export function needShim(): void {
  if (!existsSync(parts.shim)) throw new LabError(`not built: ${parts.shim} (run: npm run build)`);
}

/** Refuses to start a lab of parts that are not built. */
export function needParts(): void {
  const missing = [parts.api, parts.agent].filter((path) => !existsSync(path));
  if (missing.length > 0) throw new LabError(`not built: ${missing.join(", ")} (run: npm run build)`);
}
