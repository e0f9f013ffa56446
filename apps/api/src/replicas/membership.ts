import { keys } from "@ratchet/contracts";
import type { Logger } from "../logger.js";
import type { Mirror } from "../state/mirror.js";
import type { AgentRecord, ReplicaRecord } from "../state/records.js";
import type { Store } from "../store/store.js";
import type { Session } from "./session.js";

const AT_ONCE = 32;
const RETRY_MS = 1000;

export interface MembershipParts {
  store: Store;
  mirror: Mirror;
  session: Session;
  log: Logger;
}

/**
 * Says in the store, under this replica's lease, that it is there and which agents it holds.
 *
 * Nothing waits for these writes: agents are served while the store is away, and said afterwards.
 */
export class Membership {
  readonly #parts: MembershipParts;
  #self: ReplicaRecord | undefined;
  readonly #agents = new Map<string, number>();
  readonly #due = new Set<string>();
  #lease: string | undefined;
  #running: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(parts: MembershipParts) {
    this.#parts = parts;
    parts.session.onChange(() => this.#onSession());
  }

  announce(self: ReplicaRecord): void {
    this.#self = self;
    this.#say(keys.replica(self.id));
  }

  /** The agent of this node is connected here since connection `term` of it. */
  holds(node: string, term: number): void {
    this.#agents.set(node, term);
    this.#say(keys.agent(node));
  }

  lost(node: string): void {
    if (this.#agents.delete(node)) this.#say(keys.agent(node));
  }

  /** The keys go with the session's lease. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    await this.#running;
  }

  #onSession(): void {
    const { lease } = this.#parts.session;
    if (lease === undefined) return;
    // What was put under the former lease is gone.
    if (lease !== this.#lease) {
      if (this.#self !== undefined) this.#due.add(keys.replica(this.#self.id));
      for (const node of this.#agents.keys()) this.#due.add(keys.agent(node));
    }
    this.#lease = lease;
    this.#run();
  }

  #say(key: string): void {
    this.#due.add(key);
    this.#run();
  }

  #run(): void {
    const { session, log } = this.#parts;
    if (this.#isStopped || this.#retry !== undefined || this.#due.size === 0 || session.lease === undefined) return;
    this.#running ??= this.#work()
      .catch((err: unknown) => {
        log.warn({ err }, "cannot say in the store which agents this replica holds, trying again");
        this.#retry = setTimeout(() => {
          this.#retry = undefined;
          this.#run();
        }, RETRY_MS).unref();
      })
      .finally(() => {
        this.#running = undefined;
        this.#run();
      });
  }

  async #work(): Promise<void> {
    while (this.#due.size > 0 && !this.#isStopped) {
      const { lease } = this.#parts.session;
      if (lease === undefined) return;
      const some = [...this.#due].slice(0, AT_ONCE);
      for (const key of some) this.#due.delete(key);
      const done = await Promise.allSettled(some.map((key) => this.#write(key, lease)));
      const failed = done.find((result) => result.status === "rejected");
      for (const [index, { status }] of done.entries()) if (status === "rejected") this.#due.add(some[index] ?? "");
      if (failed !== undefined) throw failed.reason;
    }
  }

  async #write(key: string, lease: string): Promise<void> {
    const { store, mirror } = this.#parts;
    if (key === keys.replica(this.#self?.id ?? "")) {
      await store.txn({ ops: [{ op: "put", key, value: JSON.stringify(this.#self), lease }] });
      return;
    }
    const node = key.slice(keys.agents().length);
    const term = this.#agents.get(node);
    const held = mirror.world.entry<AgentRecord>(key);
    const compare = [{ key, modRevision: held?.modRevision ?? 0 }];
    // A newer connection, here or at another replica, has said it already.
    if (held !== undefined && term !== undefined && held.data.term > term) return;
    if (term === undefined && held?.data.replica !== this.#self?.id) return;
    const value = JSON.stringify({ replica: this.#self?.id ?? "", term } as AgentRecord);
    const outcome = await store.txn({
      compare,
      ops: [term === undefined ? { op: "delete", key } : { op: "put", key, value, lease }],
    });
    // Overtaken: looked at again with what is there now.
    await mirror.reached(outcome.revision, RETRY_MS);
    if (!outcome.committed) this.#due.add(key);
  }
}
