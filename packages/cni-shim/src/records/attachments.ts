import { join } from "node:path";
import { isObject } from "../config/node-config.js";
import { namesIn, readIfThere, removeIfThere, writeAtomic } from "./atomic-file.js";

/**
 * What an ADD did, so that its DEL and CHECK go the same way when nobody knows the pod any more:
 * `wired`: boot network and agent; `delegated`: the delegate; `passed`: nothing, in a chain.
 */
export type Way = "wired" | "delegated" | "passed";

/** One small file per attachment in `<state_dir>/attachments/`. */
export class AttachmentRecords {
  readonly #folder: string;

  constructor(stateDir: string) {
    this.#folder = join(stateDir, "attachments");
  }

  put(containerId: string, ifName: string, networkName: string, way: Way): void {
    writeAtomic(this.#path(containerId, ifName), JSON.stringify({ containerId, ifName, networkName, way }));
  }

  /** Undefined also for a damaged one: the caller then goes every way. */
  way(containerId: string, ifName: string): Way | undefined {
    return parseRecord(readIfThere(this.#path(containerId, ifName)))?.way;
  }

  remove(containerId: string, ifName: string): void {
    removeIfThere(this.#path(containerId, ifName));
  }

  /** Removes those of this network that are not among the valid ones, and what cannot be read. */
  keepOnly(networkName: string, valid: ReadonlyArray<{ containerID: string; ifname: string }>): void {
    const names = new Set(valid.map(({ containerID, ifname }) => fileName(containerID, ifname)));
    for (const name of namesIn(this.#folder)) {
      if (!name.endsWith(".json") || names.has(name)) continue;
      const path = join(this.#folder, name);
      const record = parseRecord(readIfThere(path));
      if (record === undefined || record.networkName === networkName) removeIfThere(path);
    }
  }

  #path(containerId: string, ifName: string): string {
    return join(this.#folder, fileName(containerId, ifName));
  }
}

function fileName(containerId: string, ifName: string): string {
  return `${containerId}.${ifName}.json`;
}

function parseRecord(text: string | undefined): { networkName: string; way: Way } | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    if (!isObject(value) || typeof value.networkName !== "string") return undefined;
    const { networkName, way } = value;
    return way === "wired" || way === "delegated" || way === "passed" ? { networkName, way } : undefined;
  } catch {
    return undefined;
  }
}
