import { join } from "node:path";
import { type CniRegistration, CniRegistrations } from "@ratchet/contracts";
import { CheckedFile } from "../checked-file.js";
import type { Log } from "../log.js";

/**
 * The registrations on disk. A file beside the agent's state: an ADD waits for it, and must not wait for a thousand
 * wires to be written with it.
 */
export class RegistrationFile extends CheckedFile<{ registrations: CniRegistration[] }> {
  constructor(folder: string, log: Log) {
    super(join(folder, "cni.json"), CniRegistrations, () => ({ registrations: [] }), log);
  }
}
