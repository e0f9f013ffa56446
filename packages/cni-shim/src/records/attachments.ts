import { isObject } from "../config/node-config.js";
import type { Files } from "../host/host.js";
import { namesIn } from "./atomic-file.js";

/**
 * What an ADD did, so that its DEL and CHECK go the same way when nobody knows the pod any more:
 * `wired`: boot network and agent; `delegated`: the delegate; `passed`: nothing, in a chain.
 */
export type Way = "wired" | "delegated" | "passed";

/** One small file per attachment in `<state_dir>/attachments/`. */
export class AttachmentRecords {
  readonly #files: Files;
  readonly #folder: string;

  constructor(files: Files, stateDir: string) {
    this.#files = files;
    this.#folder = `${stateDir}/attachments`;
  }

  async put(containerId: string, ifName: string, networkName: string, way: Way): Promise<void> {
    const text = JSON.stringify({ containerId, ifName, networkName, way });
    await this.#files.write(this.#path(containerId, ifName), text);
  }

  /** Undefined also for a damaged one: the caller then goes every way. */
  async way(containerId: string, ifName: string): Promise<Way | undefined> {
    return parseRecord(await this.#files.readIfThere(this.#path(containerId, ifName)))?.way;
  }

  async remove(containerId: string, ifName: string): Promise<void> {
    await this.#files.removeIfThere(this.#path(containerId, ifName));
  }

  /** Removes those of this network that are not among the valid ones, and what cannot be read. */
  async keepOnly(networkName: string, valid: ReadonlyArray<{ containerID: string; ifname: string }>): Promise<void> {
    const names = new Set(valid.map(({ containerID, ifname }) => fileName(containerID, ifname)));
    for (const name of namesIn(this.#folder)) {
      if (!name.endsWith(".json") || names.has(name)) continue;
      const path = `${this.#folder}/${name}`;
      const record = parseRecord(await this.#files.readIfThere(path));
      if (record === undefined || record.networkName === networkName) await this.#files.removeIfThere(path);
    }
  }

  #path(containerId: string, ifName: string): string {
    return `${this.#folder}/${fileName(containerId, ifName)}`;
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
