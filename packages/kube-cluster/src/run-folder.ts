import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isOwnerAlive, type Owner, ownOwner } from "./owner.js";

const PREFIX = "ratchet-kube-";

/**
 * Names everything of one cluster on the host: its folder, its control group, its namespaces (`MARK.NODE`), its bridge
 * and the host's halves of its cables.
 */
export interface RunFolder {
  /** At most 9 bytes, so that interface names have room behind it. */
  mark: string;
  path: string;
}

/** Makes the folder of a new cluster, owned by this process. */
export function makeRunFolder(): RunFolder {
  const mark = `rk${process.pid.toString(36)}${randomBytes(1).toString("hex")}`.slice(0, 9);
  const path = join(tmpdir(), PREFIX + mark);
  mkdirSync(path, { mode: 0o700 });
  writeFileSync(join(path, "owner.json"), JSON.stringify(ownOwner()));
  return { mark, path };
}

/** Folders whose process is gone. */
export function orphanedRunFolders(): RunFolder[] {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => ({ mark: name.slice(PREFIX.length), path: join(tmpdir(), name) }))
    .filter(({ path }) => !isOwned(path));
}

function isOwned(path: string): boolean {
  try {
    return isOwnerAlive(JSON.parse(readFileSync(join(path, "owner.json"), "utf8")) as Owner);
  } catch (error) {
    // Made this instant and not written yet: unreadable is not orphaned. Gone meanwhile: nothing to do.
    return (error as NodeJS.ErrnoException).code === "ENOENT" || error instanceof SyntaxError;
  }
}
