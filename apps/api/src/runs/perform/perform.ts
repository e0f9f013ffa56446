import type { Bench } from "../bench.js";
import { look } from "../checks/look.js";
import type { PlannedStep } from "../plan-run.js";
import { StepFailure } from "../step-failure.js";
import { cut, restore } from "./cut.js";
import { breakOnPurpose, healSteps } from "./fault.js";
import { reroute } from "./reroute.js";
import { kill, restart } from "./run-pods.js";
import { wait, waitUntil } from "./wait.js";

/**
 * Carries one step out and answers what there is to say about it.
 *
 * @throws StepFailure, ProblemError, AgentCallError when it fails; the signal's reason when it is cut short
 */
export async function perform({ leaf }: PlannedStep, bench: Bench, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  if (leaf.fault) return breakOnPurpose(leaf.fault, bench, signal);
  if (leaf.heal) return healSteps(leaf.heal, bench);
  if (leaf.cut) return cut([leaf.cut].flat(), bench, signal);
  if (leaf.restore) return restore([leaf.restore].flat(), bench);
  if (leaf.reroute) return reroute(leaf.reroute, bench);
  if (leaf.kill) return kill([leaf.kill].flat(), bench);
  if (leaf.restart) return restart([leaf.restart].flat(), bench);
  if (typeof leaf.wait === "number") return wait(leaf.wait, signal);
  if (leaf.waitUntil) return waitUntil(leaf.waitUntil, bench, signal);
  if (!leaf.check) throw new TypeError("a step of no known form");
  const { holds, message } = await look(leaf.check, bench, signal);
  if (!holds) throw new StepFailure(message);
  return message;
}
