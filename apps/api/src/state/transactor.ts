import { KEY_ROOT } from "@ratchet/contracts";
import { ChangeIds } from "../history/change-ids.js";
import type { NewChange } from "../history/change-record.js";
import { recordChange } from "../history/outbox-entry.js";
import { ProblemError } from "../http/problem-error.js";
import type { Store, Transaction } from "../store/store.js";
import { Draft } from "./draft.js";
import type { Mirror } from "./mirror.js";
import type { StoreHealth } from "./store-health.js";

const MAX_TRIES = 30;
/** How long the mirror may take to show what was committed. */
const SHOWN_WITHIN_MS = 10_000;
/** Is refused, and so tells the newest revision without making one: there is no such key. */
const REFUSED: Transaction = { compare: [{ key: KEY_ROOT, exists: true }], ops: [] };

export interface Committed<T> {
  result: T;
  /** The store's revision after it; the current one when nothing had to change. */
  revision: number;
  /** What was recorded of it, in order. */
  changes: NewChange[];
}

/** Turns decisions into transactions: decided on the mirror, compared at commit, decided anew when it was overtaken. */
export class Transactor {
  readonly #store: Store;
  readonly #mirror: Mirror;
  readonly #health: StoreHealth;
  readonly #ids = new ChangeIds();
  readonly #observeSeconds: (seconds: number, tries: number) => void;
  readonly #isShared: boolean;

  /** `isShared`: other processes write to the store as well. */
  constructor(
    store: Store,
    mirror: Mirror,
    health: StoreHealth,
    observeSeconds: (seconds: number, tries: number) => void = () => {},
    isShared = false,
  ) {
    this.#store = store;
    this.#mirror = mirror;
    this.#health = health;
    this.#observeSeconds = observeSeconds;
    this.#isShared = isShared;
  }

  /**
   * Runs `decide` on a draft and commits what it wrote, its changes beside it. When this resolves,
   * the mirror shows the result.
   *
   * A commit is compared with what it was decided on. A refusal, and an answer that nothing has to change, are not: what
   * another replica accepted a moment ago may be missing in the mirror. So they are given only once it has been asked for.
   *
   * @throws whatever `decide` throws: then nothing was changed
   * @throws ProblemError Conflict when others were faster too often; Unavailable while the store is away
   */
  async commit<T>(actor: string, decide: (draft: Draft) => T): Promise<Committed<T>> {
    const startedMs = performance.now();
    // What the control plane does by itself it looks at again.
    let isCertain = !this.#isShared || actor === "";
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      const draft = new Draft(this.#mirror.world);
      const decision = decided(decide, draft);
      const { compare, ops } = "refusal" in decision ? { compare: [], ops: [] } : draft.toTransaction();
      if (ops.length === 0 && !isCertain) {
        isCertain = true;
        if (await this.#wasBehind()) continue;
      }
      if ("refusal" in decision) throw decision.refusal;
      const { result } = decision;
      if (ops.length === 0) return { result, revision: this.#mirror.revision, changes: [] };
      // At once, and not after the store's own time limit: requests that wait would pile up.
      const { awaySince } = this.#health;
      if (awaySince !== null) throw away(awaySince);

      const at = new Date().toISOString();
      const changes = draft.changes.map((note): NewChange => ({ id: this.#ids.next(), at, actor, ...note }));
      for (const change of changes) ops.push(recordChange(change));
      const outcome = await this.#store.txn({ compare, ops });
      if (!(await this.#mirror.reached(outcome.revision, SHOWN_WITHIN_MS))) throw notShown(outcome.committed);
      if (outcome.committed) {
        this.#observeSeconds((performance.now() - startedMs) / 1000, tries);
        return { result, revision: outcome.revision, changes };
      }
    }
    throw new ProblemError("Conflict", "others changed the same objects at the same time: try again");
  }

  /** True when the store held more than the mirror showed; it shows that now. */
  async #wasBehind(): Promise<boolean> {
    if (this.#health.awaySince !== null) return false;
    const shown = this.#mirror.revision;
    const { revision } = await this.#store.txn(REFUSED);
    if (revision <= shown) return false;
    if (!(await this.#mirror.reached(revision, SHOWN_WITHIN_MS))) throw notShown(false);
    return true;
  }
}

function decided<T>(decide: (draft: Draft) => T, draft: Draft): { result: T } | { refusal: unknown } {
  try {
    return { result: decide(draft) };
  } catch (refusal) {
    return { refusal };
  }
}

function away(since: string): ProblemError {
  return new ProblemError("Unavailable", `the store has not answered since ${since}: nothing was changed, try again`);
}

function notShown(isCommitted: boolean): ProblemError {
  const what = isCommitted ? "the change was made, but" : "nothing was changed:";
  return new ProblemError("Unavailable", `${what} the store does not say what it holds now`);
}
