import type { Files } from "../host/host.js";
import { changedAtMs, namesIn } from "./atomic-file.js";

// Four times what kubelet runs on a node by default; a record is only read when nobody can be asked.
const MAX_RECORDS = 440;

/** Uids of pods that were Ratchet's when somebody could say so: one small file each in `<state_dir>/ratchet-pods/`. */
export class RatchetPods {
  readonly #files: Files;
  readonly #folder: string;

  constructor(files: Files, stateDir: string) {
    this.#files = files;
    this.#folder = `${stateDir}/ratchet-pods`;
  }

  has(uid: string): Promise<boolean> {
    return this.#files.exists(this.#path(uid));
  }

  /** Outlives the pod's DEL, since a pod gets a second sandbox under the same uid. */
  async put(uid: string): Promise<void> {
    if (!(await this.has(uid))) await this.#files.write(this.#path(uid), "1");
  }

  async remove(uid: string): Promise<void> {
    await this.#files.removeIfThere(this.#path(uid));
  }

  /** Lets the oldest go when there are too many. For a DEL, which no pod waits for as it does for an ADD. */
  async trim(): Promise<void> {
    const names = namesIn(this.#folder);
    if (names.length <= MAX_RECORDS) return;
    const oldest = names.map((name) => ({ name, at: changedAtMs(this.#path(name)) }));
    oldest.sort((a, b) => a.at - b.at);
    for (const { name } of oldest.slice(0, names.length - MAX_RECORDS)) await this.remove(name);
  }

  #path(uid: string): string {
    return `${this.#folder}/${uid}`;
  }
}
