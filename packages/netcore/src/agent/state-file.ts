import { join } from "node:path";
import { AgentState } from "@ratchet/contracts";
import { CheckedFile } from "./checked-file.js";
import type { Log } from "./log.js";

/** The agent's memory across restarts. Without it kernel and API say what there is. */
export class StateFile extends CheckedFile<AgentState> {
  constructor(folder: string, log: Log) {
    super(join(folder, "state.json"), AgentState, () => ({ assignment: null, sandboxes: [] }), log);
  }
}
