import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive, type ProcessIdentity } from "./process/identity.js";

/** What a lab leaves for whoever comes after it, so that nothing of it is ever orphaned. */
export interface RunRecord {
  lab: string;
  supervisor: ProcessIdentity;
  /** API and agents. */
  processes: ProcessIdentity[];
  dataDir: string;
  /** The data folder was made for this run and goes with it. */
  isTemporary: boolean;
  url: string | null;
}

const RUN_DIR = "/run/ratchet/labs";

/** Takes the lab's name, or answers false when somebody holds it. */
export function claimRun(record: RunRecord): boolean {
  mkdirSync(RUN_DIR, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(pathOf(record.lab), JSON.stringify(record), { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

export function writeRun(record: RunRecord): void {
  const path = pathOf(record.lab);
  writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export function removeRun(lab: string): void {
  rmSync(pathOf(lab), { force: true });
}

export function readRun(lab: string): RunRecord | undefined {
  try {
    return JSON.parse(readFileSync(pathOf(lab), "utf8")) as RunRecord;
  } catch {
    return undefined;
  }
}

/** Every lab that runs here or has left something. */
export function listRuns(): RunRecord[] {
  let files: string[];
  try {
    files = readdirSync(RUN_DIR);
  } catch {
    return [];
  }
  return files
    .filter((file) => file.endsWith(".json"))
    .map((file) => readRun(file.slice(0, -".json".length)))
    .filter((record) => record !== undefined);
}

export function isLive(record: RunRecord): boolean {
  return isAlive(record.supervisor);
}

function pathOf(lab: string): string {
  return join(RUN_DIR, `${lab}.json`);
}
