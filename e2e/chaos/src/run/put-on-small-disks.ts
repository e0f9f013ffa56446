import { join } from "node:path";
import type { Lab } from "@ratchet/lab";
import { eventually } from "@ratchet/testkit";
import type { SmallDisks } from "./small-disks.js";

/** Room for thousands of rounds, changes and all; what is free is filled without being written. */
const API_MIB = 192;
const AGENT_MIB = 4;
const KNOWN_WITHIN_MS = 60_000;

/** Puts the state of API and agents on disks of their own. Both begin anew: nothing was asked of them yet. */
export async function putOnSmallDisks(lab: Lab, disks: SmallDisks): Promise<void> {
  await lab.killApi({ restart: false });
  for (const { name } of lab.nodes) await lab.killAgent(name, { restart: false });
  disks.mount("api", join(lab.dataDir, "api"), API_MIB);
  for (const { name } of lab.nodes) disks.mount(`agent ${name}`, join(lab.dataDir, "agents", name), AGENT_MIB);
  await Promise.all([lab.startApi(), ...lab.nodes.map(({ name }) => lab.startAgent(name))]);
  // The API begins without knowing a node: what it may refuse, and where selectors place pods, depends on them.
  await eventually(
    async () => {
      const { items } = await lab.api.nodes();
      const ready = items.filter(({ status }) => status.phase === "Ready").length;
      if (ready < lab.nodes.length) throw new Error(`${ready} of ${lab.nodes.length} nodes are back on small disks`);
    },
    { withinMs: KNOWN_WITHIN_MS },
  );
}
