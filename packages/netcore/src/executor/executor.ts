import { type Action, ActionError, type ActionResult } from "./action.js";
import { arrange } from "./order.js";
import { Pass } from "./pass.js";
import { Sockets } from "./sockets.js";
import { stepsOf } from "./steps.js";

export interface ExecutorOptions {
  /** Namespaces whose sockets stay open and whose interface indexes this executor chooses: the panel and the node's. */
  keep: readonly string[];
}

/**
 * Carries out actions, as few system calls as their order allows: requests of one namespace travel together,
 * deletions share their grace periods.
 *
 * Every action gets a result; one that fails stops none of the others. Actions on one interface run in the order
 * given; so does everything within one namespace against deletions, settings, announcements and routes that name no
 * interface. Runs follow one another.
 */
export class Executor {
  private readonly sockets: Sockets;
  private running: Promise<unknown> = Promise.resolve();

  constructor(options: ExecutorOptions) {
    this.sockets = new Sockets(options.keep);
  }

  /** Never rejects for what the kernel refuses: see the results, which are in the order of the actions. */
  run(actions: readonly Action[]): Promise<ActionResult[]> {
    const turn = this.running.then(() => this.runNow(actions));
    this.running = turn.catch(() => {});
    return turn;
  }

  /** To be called before anything is deleted from a kept namespace: no index that is in use now is given again. */
  countFromNow(netns: string): void {
    this.sockets.countFromNow(netns);
  }

  /** To be called when a kept namespace was made anew under its path. */
  forget(netns: string): void {
    this.sockets.forget(netns);
  }

  /** Waits for the present run and closes the sockets. */
  async close(): Promise<void> {
    await this.running;
    this.sockets.close();
  }

  private async runNow(actions: readonly Action[]): Promise<ActionResult[]> {
    const pass = new Pass(this.sockets);
    for (const level of arrange(actions.flatMap(stepsOf))) {
      for (const [netns, steps] of level) await pass.run(netns, steps);
    }
    return actions.map((action, position) => {
      const error = pass.failures.get(position);
      if (error !== undefined) return { action, ok: false, error: new ActionError(action, error) };
      const ifIndex = pass.made.get(position);
      return ifIndex === undefined ? { action, ok: true } : { action, ok: true, ifIndex };
    });
  }
}
