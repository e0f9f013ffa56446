import { readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CNI_PENDING_DEL_DIR, CniPendingDel } from "@ratchet/contracts";
import type { Log } from "../log.js";

/** The DELs that found no agent: one file each, written by the CNI executable, taken away when they have been obeyed. */
export class PendingNotes {
  private readonly folder: string;

  constructor(
    stateFolder: string,
    private readonly log: Log,
  ) {
    this.folder = join(stateFolder, CNI_PENDING_DEL_DIR);
  }

  /**
   * Gives every note to `obey` and takes it away once that has settled; one that fails stays for the next time.
   * What cannot be read is set aside as `*.bad`: it must not stop the others.
   */
  async drain(obey: (note: CniPendingDel) => Promise<void>): Promise<number> {
    let count = 0;
    for (const name of this.names()) {
      const path = join(this.folder, name);
      const note = this.read(path);
      if (note === undefined) continue;
      try {
        await obey(note);
        rmSync(path, { force: true });
        count++;
      } catch (error) {
        this.log("warn", "a noted DEL failed; it is tried again", { note: name, error: (error as Error).message });
      }
    }
    return count;
  }

  private names(): string[] {
    try {
      // Only finished ones: the executable writes beside and renames.
      return readdirSync(this.folder).filter((name) => name.endsWith(".json") && !name.startsWith("."));
    } catch (error) {
      if ((error as { code?: string }).code === "ENOENT") return [];
      throw error;
    }
  }

  private read(path: string): CniPendingDel | undefined {
    try {
      return CniPendingDel.parse(JSON.parse(readFileSync(path, "utf8")));
    } catch (error) {
      if ((error as { code?: string }).code === "ENOENT") return undefined;
      this.log("warn", "a noted DEL cannot be read; set aside", { path, error: (error as Error).message });
      renameSync(path, `${path}.bad`);
      return undefined;
    }
  }
}
