import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type FaultRecord, FaultRecords } from "@ratchet/contracts";
import type { Log } from "../log.js";

/** The faults' deadlines across restarts of the agent. */
export class FaultFile {
  private readonly path: string;

  constructor(
    folder: string,
    private readonly log: Log,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.path = join(folder, "faults.json");
  }

  /** A file that cannot be believed is set aside, and with it every fault: wires are then as the links ask. */
  load(): FaultRecord[] {
    let text: string;
    try {
      text = readFileSync(this.path, "utf8");
    } catch (error) {
      if ((error as { code?: string }).code === "ENOENT") return [];
      throw error;
    }
    try {
      return FaultRecords.parse(JSON.parse(text)).faults;
    } catch {
      const aside = `${this.path}.corrupt-${new Date().toISOString().replaceAll(":", "")}`;
      renameSync(this.path, aside);
      this.log("warn", "the file of faults is corrupt; set aside, no fault is kept", { path: aside });
      return [];
    }
  }

  /**
   * Replaces the file at once, so that no fault acts whose deadline is not written down. Not synced to the disk:
   * what a crash of the machine loses would belong to another boot, in which no fault goes on.
   */
  save(faults: readonly FaultRecord[]): void {
    const fresh = `${this.path}.new`;
    writeFileSync(fresh, JSON.stringify({ version: 1, faults }), { mode: 0o600 });
    renameSync(fresh, this.path);
  }
}
