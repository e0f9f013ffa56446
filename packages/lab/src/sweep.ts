import { rmSync } from "node:fs";
import { endProcessesIn } from "./host/namespace-processes.js";
import { deleteNamespaces, namespacesWith } from "./host/namespaces.js";
import { labNames } from "./names.js";
import { endProcesses } from "./process/end.js";
import { isLive, listRuns, type RunRecord, removeRun } from "./run-file.js";

/** What was found of a dead lab and removed. */
export interface Swept {
  lab: string;
  processes: number;
  namespaces: number;
}

/**
 * Removes everything of one lab: its processes, programs, namespaces and run file, and its
 * data folder when that was temporary. The caller makes sure that nobody runs it any more.
 */
export async function sweepLab(record: RunRecord): Promise<Swept> {
  const processes = await endProcesses(record.processes);
  const namespaces = namespacesWith(labNames(record.lab).prefix);
  await endProcessesIn(namespaces);
  await deleteNamespaces(namespaces);
  if (record.isTemporary) rmSync(record.dataDir, { recursive: true, force: true });
  // Last: as long as anything is left, the next start has to find it.
  removeRun(record.lab);
  return { lab: record.lab, processes, namespaces: namespaces.length };
}

/** Removes what labs left that ended without cleaning up. Living ones are not touched. */
export async function sweepDeadLabs(): Promise<Swept[]> {
  const swept: Swept[] = [];
  for (const record of listRuns()) {
    if (!isLive(record)) swept.push(await sweepLab(record));
  }
  return swept;
}
