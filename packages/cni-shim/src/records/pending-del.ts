import { join } from "node:path";
import type { CniPendingDel } from "@ratchet/contracts";
import { CNI_PENDING_DEL_DIR } from "@ratchet/contracts/cni-names";
import { writeAtomic } from "./atomic-file.js";

/** Notes a DEL that found no agent; the agent drains the notes when it starts. */
export function notePendingDel(stateDir: string, note: CniPendingDel): void {
  writeAtomic(join(stateDir, CNI_PENDING_DEL_DIR, `${note.containerId}.${note.ifName}.json`), JSON.stringify(note));
}
