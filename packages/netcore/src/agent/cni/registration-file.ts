import { join } from "node:path";
import { CheckedFile } from "../checked-file.js";
import type { Log } from "../log.js";
import type { Registration } from "./registrations.js";

/**
 * The registrations on disk. A file beside the agent's state: an ADD waits for it, and must not wait for a thousand
 * wires to be written with it.
 */
export class RegistrationFile extends CheckedFile<{ registrations: Registration[] }> {
  constructor(folder: string, log: Log) {
    super(join(folder, "cni.json"), () => ({ registrations: [] }), log);
  }
}
