import { keys } from "@ratchet/contracts";
import type { Logger } from "../logger.js";
import type { Mirror } from "../state/mirror.js";
import type { LeaderRecord } from "../state/records.js";
import type { Compare, Store } from "../store/store.js";
import { type Leader, NotLeading } from "./leader.js";
import type { Session } from "./session.js";

const RETRY_MS = 500;

export interface ElectedLeaderParts {
  store: Store;
  mirror: Mirror;
  session: Session;
  log: Logger;
  replica: string;
  /** Of this process; another process may have had the same replica id. */
  incarnation: string;
}

/**
 * One leader among the replicas of a store: who holds the leader key, under its lease.
 *
 * A replica leads from when its own mirror shows the key: by then it has seen everything its predecessor wrote.
 */
export class ElectedLeader implements Leader {
  readonly #parts: ElectedLeaderParts;
  readonly #listeners: ((isLeader: boolean) => void)[] = [];
  #told = false;
  /** Only right after the start: then the key of this replica's id was left by a process that is dead. */
  #mayInherit = true;
  #campaign: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(parts: ElectedLeaderParts) {
    this.#parts = parts;
    const { mirror, session } = parts;
    mirror.onChange(({ members }) => members.has(keys.leader()) && this.#look());
    session.onChange(() => this.#look());
  }

  get isLeader(): boolean {
    return !this.#isStopped && this.#parts.session.lease !== undefined && this.#own() !== undefined;
  }

  onChange(listener: (isLeader: boolean) => void): void {
    this.#listeners.push(listener);
  }

  fence(): Compare[] {
    const own = this.isLeader ? this.#own() : undefined;
    if (own === undefined) throw new NotLeading();
    return [{ key: keys.leader(), modRevision: own.modRevision }];
  }

  /** Stands no more; the key goes with the session's lease. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    await this.#campaign;
  }

  #held() {
    return this.#parts.mirror.world.entry<LeaderRecord>(keys.leader());
  }

  #own() {
    const held = this.#held();
    return held?.data.incarnation === this.#parts.incarnation ? held : undefined;
  }

  #look(): void {
    if (this.#isStopped) return;
    const { isLeader } = this;
    if (isLeader !== this.#told) {
      this.#told = isLeader;
      const { log, replica } = this.#parts;
      log.info({ replica }, isLeader ? "this replica leads" : "this replica does not lead any more");
      for (const listener of this.#listeners) listener(isLeader);
    }
    if (isLeader) this.#mayInherit = false;
    else this.#run();
  }

  #run(): void {
    const { session, log } = this.#parts;
    const { lease } = session;
    if (lease === undefined || this.#campaign !== undefined || this.#retry !== undefined || !this.#isVacant()) return;
    this.#campaign = this.#stand(lease)
      .catch((err: unknown) => {
        log.warn({ err }, "cannot stand for leader, trying again");
      })
      .finally(() => {
        this.#campaign = undefined;
        if (this.#isStopped) return;
        this.#retry = setTimeout(() => {
          this.#retry = undefined;
          this.#look();
        }, RETRY_MS).unref();
      });
  }

  #isVacant(): boolean {
    const held = this.#held();
    return held === undefined || (this.#mayInherit && held.data.replica === this.#parts.replica);
  }

  async #stand(lease: string): Promise<void> {
    const { store, mirror, replica, incarnation } = this.#parts;
    const key = keys.leader();
    const value = JSON.stringify({ replica, incarnation } satisfies LeaderRecord);
    const outcome = await store.txn({
      compare: [{ key, modRevision: this.#held()?.modRevision ?? 0 }],
      ops: [{ op: "put", key, value, lease }],
    });
    if (outcome.committed) this.#mayInherit = false;
    await mirror.reached(outcome.revision, RETRY_MS);
  }
}
