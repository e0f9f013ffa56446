import { setImmediate } from "node:timers/promises";
import type { Action } from "../executor/action.js";
import type { Executor } from "../executor/executor.js";

export interface DeletionEvents {
  /** Passed over while it was doomed: still there, or made anew meanwhile with the same index. */
  left(netns: string, ifIndex: number): void;
  failed(netns: string, error: Error): void;
  /** The kernel has done with a batch. */
  finished(): void;
}

/** Deletes devices on another thread; what is asked for within one turn goes together, for the kernel's grace periods. */
export class Deletions {
  private readonly deleting = new Set<number>();
  private readonly doomed = new Map<string, Set<number>>();
  private isStopped = false;

  constructor(
    private readonly executor: Executor,
    private readonly events: DeletionEvents,
  ) {}

  /**
   * True while a device is on its way out: what is asked for again meanwhile is made when the kernel tells that the
   * old one is gone, and nobody is to blame for that.
   */
  isDoomed(netns: string, ifIndex: number): boolean {
    return this.deleting.has(ifIndex) || this.doomed.get(netns)?.has(ifIndex) === true;
  }

  add(action: Action): void {
    if (action.op !== "deleteLinks") return;
    let batch = this.doomed.get(action.netns);
    if (batch === undefined) {
      this.doomed.set(action.netns, (batch = new Set()));
      void setImmediate().then(() => this.run(action.netns));
    }
    for (const link of action.links) if ("ifIndex" in link && !this.deleting.has(link.ifIndex)) batch.add(link.ifIndex);
  }

  stop(): void {
    this.isStopped = true;
  }

  private async run(netns: string): Promise<void> {
    const batch = [...(this.doomed.get(netns) ?? [])];
    this.doomed.delete(netns);
    if (batch.length === 0 || this.isStopped) return;
    for (const ifIndex of batch) this.deleting.add(ifIndex);
    const links = batch.map((ifIndex) => ({ ifIndex }));
    const [result] = await this.executor.run([{ op: "deleteLinks", netns, links }]);
    for (const ifIndex of batch) {
      this.deleting.delete(ifIndex);
      this.events.left(netns, ifIndex);
    }
    if (result?.ok === false) this.events.failed(netns, result.error);
    this.events.finished();
  }
}
