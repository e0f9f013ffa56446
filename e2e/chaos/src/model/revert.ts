import { isDeepStrictEqual } from "node:util";
import { refuse, type Verdict, withEdits } from "./perform.js";
import { withRun } from "./runs.js";
import { documentOf, keyOf, type ModelChange, podIn, runOf, type World } from "./world.js";

/** Takes a change back, provided that its object is as the change left it. Pure. */
export function withRevert(world: World, change: ModelChange): Verdict {
  if (change.run !== undefined) return withRunTakenBack(world, change, change.run);
  const { kind, namespace, name, before, after } = change;
  const held = world.objects.get(keyOf(change));
  if (!isDeepStrictEqual(held === undefined ? null : documentOf(held), after)) return refuse("Conflict");
  return withEdits(world, [{ kind, namespace, name, verb: "revert", after: before }]);
}

function withRunTakenBack(
  world: World,
  { namespace, name }: ModelChange,
  { uid, before, after }: NonNullable<ModelChange["run"]>,
): Verdict {
  const pod = podIn(world, namespace, name);
  if (pod === undefined || pod.uid !== uid) return refuse("Conflict");
  const run = runOf(world, pod);
  if (!isDeepStrictEqual(run, after)) return refuse("Conflict");
  // What ran before a restart is gone: there is nothing to go back to.
  if (before.isRunning === after.isRunning) return refuse("Unsupported");
  const next = { isRunning: before.isRunning, incarnation: run.incarnation + (before.isRunning ? 1 : 0) };
  return withRun(world, pod, run, next, "revert");
}
