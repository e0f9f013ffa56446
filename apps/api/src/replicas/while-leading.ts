import type { Leader } from "./leader.js";

/** Work that runs, once it was started, only while this replica leads; ends within its own time when another one does. */
export class WhileLeading {
  readonly #leader: Leader;
  readonly #begin: () => () => Promise<void>;
  #end: (() => Promise<void>) | undefined;
  #turn: Promise<void> = Promise.resolve();
  #isStarted = false;
  #isStopped = false;

  /** `begin` starts the work and answers how to end it. */
  constructor(leader: Leader, begin: () => () => Promise<void>) {
    this.#leader = leader;
    this.#begin = begin;
    leader.onChange(() => this.#follow());
  }

  start(): void {
    this.#isStarted = true;
    this.#follow();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#follow();
    await this.#turn;
  }

  // One after the other: the work that ends and the one that begins are never both under way.
  #follow(): void {
    this.#turn = this.#turn.then(async () => {
      const shallRun = this.#isStarted && !this.#isStopped && this.#leader.isLeader;
      if (shallRun === (this.#end !== undefined)) return;
      const end = this.#end;
      this.#end = undefined;
      if (shallRun) this.#end = this.#begin();
      else await end?.();
    });
  }
}
