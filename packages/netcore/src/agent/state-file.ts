import { join } from "node:path";
import type { Assignment } from "@ratchet/contracts";
import { CheckedFile } from "./checked-file.js";
import type { Log } from "./log.js";

/** What a namespace was when the agent made or first saw it. */
export interface SandboxRecord {
  podUid: string;
  /** Present for a managed one: its name under /run/netns. */
  netnsName: string | null;
  path: string;
  incarnation: number;
  dev: string;
  inode: string;
  bootId: string;
  programs: ProgramRecord[];
  /** The image's set-up commands have run. */
  isSetUp: boolean;
}

/** A program the agent started; the start time (clock ticks, proc(5)) tells it from a later owner of its pid. */
export interface ProgramRecord {
  name: string;
  pid: number;
  startTime: string;
}

export interface AgentState {
  /** Null until a complete assignment has been received once. */
  assignment: Assignment | null;
  sandboxes: SandboxRecord[];
}

/** The agent's memory across restarts. Without it kernel and API say what there is. */
export class StateFile extends CheckedFile<AgentState> {
  constructor(folder: string, log: Log) {
    super(join(folder, "state.json"), () => ({ assignment: null, sandboxes: [] }), log);
  }
}
