import { refuse, type Verdict } from "./perform.js";
import { documentOf, type ModelChange, podIn, type Run, runOf, type World } from "./world.js";

/** Kills or restarts a pod: its life, not what is asked for. Pure. */
export function changeRun(
  world: World,
  verb: "kill" | "restart",
  { namespace, name }: { namespace: string; name: string },
): Verdict {
  const pod = podIn(world, namespace, name);
  if (pod === undefined) return refuse("NotFound");
  const before = runOf(world, pod);
  if (verb === "kill" && !before.isRunning) return { accepted: { world, changes: [] }, refusals: [] };
  const after =
    verb === "kill" ? { ...before, isRunning: false } : { isRunning: true, incarnation: before.incarnation + 1 };
  return withRun(world, pod, before, after, verb);
}

export function withRun(
  world: World,
  pod: NonNullable<ReturnType<typeof podIn>>,
  before: Run,
  after: Run,
  verb: ModelChange["verb"],
): Verdict {
  const { uid, namespace, name } = pod;
  const runs = new Map(world.runs).set(`Pod ${namespace}/${name}`, { uid, ...after });
  const document = documentOf(pod);
  const change: ModelChange = {
    verb,
    kind: "Pod",
    namespace,
    name,
    before: document,
    after: document,
    run: { uid, before, after },
  };
  return { accepted: { world: { ...world, runs }, changes: [change] }, refusals: [] };
}
