import type { CniPendingDel } from "@ratchet/contracts";
import { CNI_PENDING_DEL_DIR } from "@ratchet/contracts/cni-names";
import { writeAtomic } from "./atomic-file.js";

/** Notes a DEL that found no agent; the agent drains the notes when it starts. */
export function notePendingDel(stateDir: string, note: CniPendingDel): void {
  const name = `${note.containerId}.${note.ifName}.json`;
  writeAtomic(`${stateDir}/${CNI_PENDING_DEL_DIR}/${name}`, JSON.stringify(note));
}
