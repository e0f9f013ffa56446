import { Name } from "@ratchet/contracts";
import { type DataDir, openDataDir } from "./data-dir.js";
import { withHostLock } from "./host-lock.js";
import { LabError } from "./lab-error.js";
import { ownIdentity } from "./process/identity.js";
import { claimRun, isLive, listRuns, type RunRecord } from "./run-file.js";
import { type Swept, sweepDeadLabs, sweepLab } from "./sweep.js";

const NAME_MAX = 32;
const NAMES_TRIED = 100;

export interface Claim {
  record: RunRecord;
  dir: DataDir;
  swept: Swept[];
}

/** Cleans up after dead labs and takes a name for a new one. */
export async function claimLab(
  name: string | undefined,
  nameBase: string,
  dataDir: string | undefined,
): Promise<Claim> {
  if (name !== undefined && (!Name.safeParse(name).success || name.length > NAME_MAX)) {
    throw new LabError(`--name ${name}: must be an RFC 1123 label of at most ${NAME_MAX} characters`, 2);
  }
  return withHostLock(async () => {
    const swept = await sweepDeadLabs();
    const live = listRuns().filter(isLive);
    const lab = name ?? freeName(nameBase, live);
    const other = live.find((record) => record.lab === lab);
    if (other !== undefined) {
      throw new LabError(
        `lab ${lab} is already running (pid ${other.supervisor.pid}, ${other.url}); give --name another`,
      );
    }
    const dir = openDataDir(lab, dataDir);
    const holder = live.find((record) => record.dataDir === dir.path);
    if (holder !== undefined) throw new LabError(`--data ${dir.path} is in use by lab ${holder.lab}`);
    const record: RunRecord = {
      lab,
      supervisor: ownIdentity(),
      processes: [],
      dataDir: dir.path,
      isTemporary: dir.isTemporary,
      url: null,
    };
    if (!claimRun(record)) throw new LabError(`lab ${lab}: its run file cannot be taken`);
    return { record, dir, swept };
  });
}

/** Removes what a lab left, or ends a running one from outside. Answers undefined when there is nothing of it. */
export async function removeLab(lab: string): Promise<Swept | undefined> {
  return withHostLock(async () => {
    const record = listRuns().find((run) => run.lab === lab);
    return record === undefined ? undefined : sweepLab(record);
  });
}

function freeName(base: string, live: readonly RunRecord[]): string {
  const taken = new Set(live.map((record) => record.lab));
  for (let number = 1; number <= NAMES_TRIED; number++) {
    const name = number === 1 ? base : `${base}${number}`;
    if (!taken.has(name)) return name;
  }
  throw new LabError(`${NAMES_TRIED} labs are running already`);
}
