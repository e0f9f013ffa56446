import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { LabNode } from "@ratchet/contracts";

/** What a data folder says about its lab. */
export interface LabMemory {
  /** Marks what the agents of this lab make; another lab's agents leave it alone. */
  installationId: string;
  /** Topologies that were applied, so that a restart knows their images again. */
  topologies: string[];
  nodes: LabNode[];
}

export interface DataDir {
  path: string;
  isTemporary: boolean;
}

export function openDataDir(lab: string, asked: string | undefined): DataDir {
  // Short, because sockets of routing daemons lie below it and a socket's path has 107 bytes (unix(7)).
  if (asked === undefined) return { path: mkdtempSync(join(tmpdir(), `ratchet-${lab}-`)), isTemporary: true };
  const path = resolve(asked);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return { path, isTemporary: false };
}

/** Readies the folder for a start. The agents begin anew: what they had made went with the last run. */
export function prepareDataDir(dir: DataDir, nodes: readonly string[]): void {
  rmSync(join(dir.path, "agents"), { recursive: true, force: true });
  for (const node of nodes) mkdirSync(join(dir.path, "agents", node), { recursive: true, mode: 0o700 });
  mkdirSync(join(dir.path, "api"), { recursive: true, mode: 0o700 });
  mkdirSync(join(dir.path, "logs"), { recursive: true, mode: 0o700 });
}

export function readMemory(dir: DataDir): LabMemory | undefined {
  try {
    return JSON.parse(readFileSync(join(dir.path, "lab.json"), "utf8")) as LabMemory;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

export function writeMemory(dir: DataDir, memory: LabMemory): void {
  const path = join(dir.path, "lab.json");
  writeFileSync(`${path}.new`, `${JSON.stringify(memory, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}

export function newInstallationId(): string {
  return randomBytes(6).toString("hex");
}
