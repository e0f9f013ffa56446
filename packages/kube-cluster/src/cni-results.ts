import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

// Where containerd's CNI library keeps what an ADD answered until its DEL (libcni/api.go, CacheDir); it cannot be told.
const FOLDER = "/var/lib/cni/results";

/** Files of sandboxes whose namespaces lie below `path`: of a cluster that ends, no DEL will take them away. */
export function cniResultsBelow(path: string): string[] {
  return names()
    .map((name) => join(FOLDER, name))
    .filter((file) => textOf(file).includes(`"${path}/`));
}

export function removeCniResults(path: string): void {
  for (const file of cniResultsBelow(path)) rmSync(file, { force: true });
}

function names(): string[] {
  try {
    return readdirSync(FOLDER);
  } catch {
    return [];
  }
}

/** Other clusters' files come and go meanwhile. */
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
