import type { FaultReport } from "@ratchet/contracts";
import type { Logger } from "../logger.js";
import { type Leader, NotLeading } from "../replicas/leader.js";
import type { Intents } from "../state/intents.js";
import type { Mirror } from "../state/mirror.js";
import type { FaultRecord } from "../state/records.js";
import type { FaultBoard } from "./fault-board.js";
import { endsAt } from "./fault-clock.js";
import { endOf } from "./fault-end.js";

/** Whose doing an end by itself is, in the history. */
const SYSTEM = "system";
/** An ended fault stays readable for an hour; the history keeps it for good. */
const KEPT_MS = 3_600_000;
const LONGEST_TIMER_MS = 60_000;
const RETRY_MS = 1000;

/**
 * Writes down that faults have ended, and lets go of those that ended long ago. The leader's work.
 *
 * The agents end faults by themselves; this is for the record, and for nodes that come back afterwards.
 */
export class FaultEnder {
  readonly #mirror: Mirror;
  readonly #intents: Intents;
  readonly #board: FaultBoard;
  readonly #leader: Leader;
  readonly #reportOf: (node: string, uid: string) => FaultReport | undefined;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isStopped = false;

  constructor(parts: {
    mirror: Mirror;
    intents: Intents;
    board: FaultBoard;
    leader: Leader;
    reportOf: (node: string, uid: string) => FaultReport | undefined;
    log: Logger;
  }) {
    this.#mirror = parts.mirror;
    this.#intents = parts.intents;
    this.#board = parts.board;
    this.#leader = parts.leader;
    this.#reportOf = parts.reportOf;
    this.#log = parts.log;
  }

  /** Something may be due, now or sooner than it was. */
  look(): void {
    if (this.#isStopped || this.#running !== undefined) return;
    clearTimeout(this.#timer);
    if (!this.#leader.isLeader) return;
    this.#running = this.#run()
      .catch((err: unknown) => {
        if (err instanceof NotLeading) return undefined;
        if (!this.#isStopped) this.#log.error({ err }, "cannot write down the end of faults");
        return RETRY_MS;
      })
      .then((inMs) => {
        this.#running = undefined;
        if (this.#isStopped || inMs === undefined) return;
        this.#timer = setTimeout(() => this.look(), Math.min(Math.ceil(inMs), LONGEST_TIMER_MS));
        this.#timer.unref();
      });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** Answers in how many ms the next is due; undefined when there is none. */
  async #run(): Promise<number | undefined> {
    for (;;) {
      const { ended, forgotten, nextMs } = this.#due();
      if (ended.size + forgotten.length === 0) return nextMs;
      await this.#intents.run({ actor: SYSTEM }, (draft) => {
        draft.require(this.#leader.fence());
        const edits = [...ended].flatMap(([key, how]) => {
          const record = draft.stored<FaultRecord>(key)?.data;
          return record === undefined || record.end !== null
            ? []
            : [endOf(key, record, how, how === "deadline" ? endsAt(record) : new Date().toISOString())];
        });
        for (const key of forgotten) draft.delete(key);
        return { result: undefined, edits };
      });
    }
  }

  #due() {
    const ended = new Map<string, "deadline" | "completed">();
    const forgotten: string[] = [];
    let nextMs: number | undefined;
    const later = (inMs: number) => {
      nextMs = Math.min(nextMs ?? inMs, inMs);
    };
    for (const key of this.#mirror.world.allKeys("faults")) {
      const record = this.#mirror.world.fault(key)?.data;
      if (record === undefined) continue;
      if (record.end !== null) {
        const leftMs = Date.parse(record.end.at) + KEPT_MS - Date.now();
        if (leftMs <= 0) forgotten.push(key);
        else later(leftMs);
        continue;
      }
      const remainingMs = this.#board.clock.remainingMs(record);
      if (remainingMs <= 0) ended.set(key, "deadline");
      else if (this.#isCompleted(key, record)) ended.set(key, "completed");
      else later(remainingMs);
    }
    return { ended, forgotten, nextMs };
  }

  #isCompleted(key: string, { uid }: FaultRecord): boolean {
    const nodes = [...(this.#board.reach(key)?.byNode ?? [])];
    if (nodes.length === 0) return false;
    return nodes.every(([node, { revision }]) => {
      const report = this.#reportOf(node, uid);
      return report?.revision === revision && report.ended === "completed";
    });
  }
}
