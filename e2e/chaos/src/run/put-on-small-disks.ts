import { join } from "node:path";
import type { Lab } from "@ratchet/lab";
import type { SmallDisks } from "./small-disks.js";

/** Room for thousands of rounds, changes and all; what is free is filled without being written. */
const API_MIB = 192;
const AGENT_MIB = 4;

/** Puts the state of API and agents on disks of their own. Both begin anew: nothing was asked of them yet. */
export async function putOnSmallDisks(lab: Lab, disks: SmallDisks): Promise<void> {
  await lab.killApi({ restart: false });
  for (const { name } of lab.nodes) await lab.killAgent(name, { restart: false });
  disks.mount("api", join(lab.dataDir, "api"), API_MIB);
  for (const { name } of lab.nodes) disks.mount(`agent ${name}`, join(lab.dataDir, "agents", name), AGENT_MIB);
  await Promise.all([lab.startApi(), ...lab.nodes.map(({ name }) => lab.startAgent(name))]);
}
