import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout this file lies in. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
export const toolsDir = join(root, ".tools");
export const toolsBin = join(toolsDir, "node_modules", ".bin");
export const node = join(toolsBin, "node");
export const pnpm = join(toolsBin, "pnpm");
