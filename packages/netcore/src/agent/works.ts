import type { Action, ActionResult } from "../executor/action.js";
import type { Executor } from "../executor/executor.js";
import { isAlreadyExists } from "../netlink/error.js";
import { describeRepair, type Planned } from "../plan/planned.js";
import { Backoff } from "./backoff.js";
import type { Log } from "./log.js";
import { RepairGuard } from "./repair-guard.js";
import type { Problem } from "./reports.js";

export interface About {
  kind: "Link" | "Pod";
  namespace: string;
  name: string;
}

/** What one object's plan was, until it is known whether the kernel took it. */
export interface Work {
  key: string;
  planned: Planned[];
  /** Present when the object had been as asked and nothing was asked anew. */
  repair: About | undefined;
  isBlocked: boolean;
  problem: Problem | undefined;
  /** Identity of everything asked for: the same again means that a later difference is somebody else's doing. */
  inputs: unknown[];
}

export interface WorkEvents {
  /** Reads what the kernel has told meanwhile. */
  drain(): void;
  /** The kernel took an action. */
  done(action: Action): void;
  remove(action: Action): void;
  /** What is wrong with an object, or no longer is, has changed. */
  touched(key: string): void;
  /** Something is there that no event told of. */
  unforeseen(): void;
  again(key: string, delayMs: number): void;
  tell(about: About, severity: "info" | "warning", reason: string, message: string): void;
}

/** Carries out many objects' plans together and keeps account of each: as asked, what is wrong, when to try again. */
export class Works {
  private readonly converged = new Map<string, unknown[]>();
  private readonly problems = new Map<string, Problem>();
  private readonly backoffs = new Map<string, Backoff>();
  private readonly guard = new RepairGuard();
  /** How many objects were found changed by somebody else: flat when healthy. */
  repairs = 0;

  constructor(
    private readonly executor: Executor,
    private readonly events: WorkEvents,
    private readonly log: Log,
  ) {}

  problemOf(key: string): Problem | undefined {
    return this.problems.get(key);
  }

  plan(key: string, inputs: unknown[], planned: Planned[], about: About | undefined): Work {
    const before = this.converged.get(key);
    const isRepair = planned.length > 0 && before !== undefined && isSameList(before, inputs);
    return { key, planned, repair: isRepair ? about : undefined, isBlocked: false, problem: undefined, inputs };
  }

  /** Whatever comes next is no repair. */
  unsettle(key: string): void {
    this.converged.delete(key);
  }

  forget(key: string): void {
    this.converged.delete(key);
    this.problems.delete(key);
    this.backoffs.delete(key);
    this.guard.forget(key);
  }

  /** Tries everything at once that waits after failures and quarrels. */
  forgive(): void {
    this.guard.forgetAll();
    this.backoffs.clear();
  }

  async execute(works: Work[], reason: "LinkRepaired" | "PortRepaired"): Promise<void> {
    const admitted = works.filter((work) => this.admit(work));
    const actions: Action[] = [];
    const removals: Action[] = [];
    const owners: Work[] = [];
    for (const work of admitted) {
      for (const { action } of work.planned) {
        if (action.op === "deleteLinks") removals.push(action);
        else {
          actions.push(action);
          owners.push(work);
        }
      }
    }
    const failures = new Map<Work, Problem>();
    const results = actions.length === 0 ? [] : await this.executor.run(actions);
    this.events.drain();
    for (const { ok, action } of results) if (ok) this.events.done(action);
    results.forEach((result, i) => {
      const work = owners[i]!;
      if (!result.ok && !failures.has(work)) failures.set(work, this.explain(result));
    });
    for (const action of removals) this.events.remove(action);
    for (const work of admitted) this.settle(work, failures.get(work), reason);
  }

  private admit(work: Work): boolean {
    if (work.repair === undefined) return true;
    const { waitMs, isNew } = this.guard.ask(work.key);
    if (waitMs === 0) return true;
    if (isNew) {
      const findings = work.planned.map(({ finding }) => finding).join(", ");
      const message = `somebody keeps undoing the repair (${findings}); tried again in ${Math.round(waitMs / 1000)} s`;
      this.events.tell(work.repair, "warning", "RepairPaused", message);
      this.events.again(work.key, waitMs + 1);
    }
    return false;
  }

  private settle(work: Work, failure: Problem | undefined, reason: "LinkRepaired" | "PortRepaired"): void {
    const { key } = work;
    const problem = failure ?? work.problem;
    const before = this.problems.get(key);
    if (problem === undefined) this.problems.delete(key);
    else this.problems.set(key, problem);
    if (before?.message !== problem?.message) this.events.touched(key);
    if (failure !== undefined) {
      const backoff = this.backoffs.get(key) ?? new Backoff(100, 30_000);
      this.backoffs.set(key, backoff);
      this.events.again(key, backoff.next());
      this.log("warn", "an object is not as asked", { key, reason: failure.reason, error: failure.message });
      return;
    }
    this.backoffs.delete(key);
    if (work.repair !== undefined) {
      this.repairs++;
      this.guard.note(key);
      const why = work.repair.kind === "Pod" ? "PortRepaired" : reason;
      this.events.tell(work.repair, "warning", why, describeRepair(work.planned));
    }
    if (!work.isBlocked && problem === undefined) this.converged.set(key, work.inputs);
  }

  private explain(result: ActionResult & { ok: false }): Problem {
    const { action, error } = result;
    if (isAlreadyExists(error.cause) && (action.op === "createVeth" || action.op === "createVxlan")) {
      this.events.unforeseen();
      if (action.op === "createVxlan") {
        return {
          reason: "VniInUse",
          message: `another device of this node has VNI ${action.vni} on port ${action.dstPort}`,
        };
      }
    }
    if (action.op === "addRoute" && isAlreadyExists(error.cause)) {
      return { reason: "RouteExists", message: `the pod already has a route to ${action.to} that is not this port's` };
    }
    return { reason: "KernelRefused", message: error.message };
  }
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}
