import { statSync } from "node:fs";
import { join } from "node:path";
import { namesIn, readIfThere, removeIfThere, writeAtomic } from "./atomic-file.js";

// Four times what kubelet runs on a node by default; a record is only read when nobody can be asked.
const MAX_RECORDS = 440;

/** Uids of pods that were Ratchet's when somebody could say so: one empty file each in `<state_dir>/ratchet-pods/`. */
export class RatchetPods {
  readonly #folder: string;

  constructor(stateDir: string) {
    this.#folder = join(stateDir, "ratchet-pods");
  }

  has(uid: string): boolean {
    return readIfThere(join(this.#folder, uid)) !== undefined;
  }

  /** Outlives the pod's DEL, since a pod gets a second sandbox under the same uid; the oldest goes when there are too many. */
  put(uid: string): void {
    if (this.has(uid)) return;
    const names = namesIn(this.#folder);
    if (names.length >= MAX_RECORDS) {
      const oldest = names.map((name) => ({ name, at: changedAtMs(join(this.#folder, name)) }));
      oldest.sort((a, b) => a.at - b.at);
      for (const { name } of oldest.slice(0, names.length - MAX_RECORDS + 1)) removeIfThere(join(this.#folder, name));
    }
    writeAtomic(join(this.#folder, uid), "");
  }

  remove(uid: string): void {
    removeIfThere(join(this.#folder, uid));
  }
}

function changedAtMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
