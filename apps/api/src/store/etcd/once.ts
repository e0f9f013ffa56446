import { randomInt, randomUUID } from "node:crypto";
import { StoreError } from "../store-error.js";
import type { Cluster } from "./cluster.js";
import type { Layout } from "./layout.js";
import {
  type Compare,
  EQUAL,
  type KeyValue,
  MOD,
  type RequestOp,
  type TxnRequest,
  type TxnResponse,
} from "./messages.js";
import { isLeaseNotFound, isRpcError, storeErrorOf } from "./rpc-error.js";

const sessionTtlSeconds = 60;

/** What a transaction carries so that it takes effect once, however often it is sent. */
export interface Mark {
  readonly compare: Compare;
  /** Belongs to the success branch. */
  readonly put: RequestOp;
  /** Must be the failure branch's first operation. */
  readonly read: RequestOp;
}

export type Outcome =
  /** Carried out at this revision. `response` is absent when only an earlier try's answer was lost. */
  | { readonly isDone: true; readonly revision: number; readonly response?: TxnResponse }
  | { readonly isDone: false; readonly response: TxnResponse };

interface Slot {
  readonly key: Buffer;
  revision: number;
  count: number;
}

class Session {
  readonly id = randomUUID();
  readonly lease = randomLease();
  readonly free: Slot[] = [];
  slots = 0;
}

/**
 * Sends transactions so that a lost answer does no harm. Each puts a mark of its own, and compares that the mark is
 * what it was: a second copy fails, and finds the first one's mark. Calls under way have marks of their own, so they
 * do not hinder each other; the marks end with the session's lease.
 */
export class Once {
  readonly #cluster: Cluster;
  readonly #layout: Layout;
  #session: Promise<Session> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(cluster: Cluster, layout: Layout) {
    this.#cluster = cluster;
    this.#layout = layout;
  }

  /**
   * @param build makes the request around the mark; its success branch may leave the mark out when it changes nothing
   * @param isChanged tells from the response whether the success branch put the mark
   * @throws StoreError LeaseNotFound, Unavailable ("nobody can tell" when no try was answered), ...
   */
  async run(
    build: (mark: Mark) => TxnRequest,
    timeoutMs: number,
    isChanged: (response: TxnResponse) => boolean = () => true,
  ): Promise<Outcome> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const session = await this.#open();
      const slot = session.free.pop() ?? { key: this.#layout.mark(session.id, session.slots++), revision: 0, count: 0 };
      const value = Buffer.from(String(++slot.count));
      const mark: Mark = {
        compare: { key: slot.key, result: EQUAL, target: MOD, modRevision: slot.revision },
        put: { requestPut: { key: slot.key, value, lease: session.lease } },
        read: { requestRange: { key: slot.key } },
      };
      let response: TxnResponse;
      let isRepeated = false;
      try {
        const leftMs = Math.max(100, deadline - performance.now());
        response = await this.#cluster.call("txn", build(mark), leftMs, () => (isRepeated = true));
      } catch (error) {
        // Without an answer the slot is given up: the transaction may still be on its way.
        if (!isRpcError(error)) throw error;
        session.free.push(slot);
        if (isLeaseNotFound(error) && performance.now() < deadline && (await this.#isGone(session))) continue;
        throw storeErrorOf(error);
      }
      if (response.succeeded) {
        const revision = Number(response.header!.revision);
        if (isChanged(response)) slot.revision = revision;
        session.free.push(slot);
        return { isDone: true, revision, response };
      }
      const found = await this.#settled(mark, response.responses[0]!.responseRange!.kvs[0], slot, isRepeated);
      const foundRevision = Number(found?.modRevision ?? 0);
      if (found?.value.equals(value)) {
        slot.revision = foundRevision;
        session.free.push(slot);
        return { isDone: true, revision: foundRevision };
      }
      if (foundRevision === slot.revision) {
        session.free.push(slot);
        return { isDone: false, response };
      }
      // The lease ran out while etcd was away, and the marks with it.
      this.#drop(session);
      if (isRepeated) {
        throw new StoreError("Unavailable", "etcd was away for too long; nobody can tell whether the change was made");
      }
    }
  }

  /** The mark, once no copy of the transaction that is still on its way can be carried out any more. */
  async #settled(
    mark: Mark,
    found: KeyValue | undefined,
    slot: Slot,
    isRepeated: boolean,
  ): Promise<KeyValue | undefined> {
    if (!isRepeated || Number(found?.modRevision ?? 0) !== slot.revision || !("requestPut" in mark.put)) return found;
    const fence = { requestPut: { ...mark.put.requestPut, value: Buffer.from(`${++slot.count} fence`) } };
    const request = { compare: [mark.compare], success: [fence, mark.read], failure: [mark.read] };
    const { succeeded, responses } = await this.#cluster.call("txn", request);
    const now = responses[succeeded ? 1 : 0]!.responseRange!.kvs[0];
    if (now?.value.toString().endsWith(" fence")) slot.revision = Number(now.modRevision);
    return now;
  }

  /** The lease stays: ending it would be a change of its own. It runs out by itself. */
  close(): void {
    clearInterval(this.#timer);
    this.#session = undefined;
  }

  #open(): Promise<Session> {
    this.#session ??= this.#begin();
    return this.#session;
  }

  async #begin(): Promise<Session> {
    const session = new Session();
    try {
      await grantOnce(this.#cluster, session.lease, sessionTtlSeconds);
    } catch (error) {
      this.#session = undefined;
      throw error;
    }
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void this.#keep(session), (sessionTtlSeconds / 4) * 1_000);
    this.#timer.unref();
    return session;
  }

  async #keep(session: Session): Promise<void> {
    const { ttl } = await this.#cluster.call("keepAlive", { id: session.lease }).catch(() => ({ ttl: "1" }));
    if (Number(ttl) <= 0) this.#drop(session);
  }

  async #isGone(session: Session): Promise<boolean> {
    const { ttl } = await this.#cluster.call("timeToLive", { id: session.lease });
    if (Number(ttl) > 0) return false;
    this.#drop(session);
    return true;
  }

  #drop(session: Session): void {
    const dropped = this.#session;
    void dropped?.then((current) => {
      if (current === session && this.#session === dropped) this.#session = undefined;
    });
  }
}

/** A lease id of our choice, so that granting it twice is one grant. Below 2^53, as JavaScript's numbers are. */
export function randomLease(): string {
  return String(randomInt(1, 2 ** 48 - 1));
}

/** Grants a lease under an id of ours; how long etcd gives it, in seconds. */
export async function grantOnce(cluster: Cluster, id: string, ttlSeconds: number): Promise<number> {
  try {
    return Number((await cluster.call("grant", { ttl: ttlSeconds, id })).ttl);
  } catch (error) {
    if (!isRpcError(error)) throw error;
    if (error.details.includes("lease already exists")) return ttlSeconds;
    throw storeErrorOf(error);
  }
}
