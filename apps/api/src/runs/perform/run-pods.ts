import { keys } from "@ratchet/contracts";
import type { Bench } from "../bench.js";
import { StepFailure } from "../step-failure.js";

/** Takes namespaces and programs of managed pods away. */
export async function kill(pods: readonly string[], bench: Bench): Promise<string> {
  const { core, namespace, actor } = bench;
  for (const name of pods) {
    const { uid, isRunning } = podOf(name, bench);
    if (!isRunning) continue;
    await bench.willChange({ kind: "pod", pod: name, podUid: uid, wasRunning: true });
    await core.runs.kill(namespace, name, { actor });
  }
  return "";
}

/** Gives managed pods fresh namespaces. */
export async function restart(pods: readonly string[], bench: Bench): Promise<string> {
  const { core, namespace, actor } = bench;
  for (const name of pods) {
    const { uid, isRunning } = podOf(name, bench);
    if (!isRunning) await bench.willChange({ kind: "pod", pod: name, podUid: uid, wasRunning: false });
    await core.runs.restart(namespace, name, { actor });
  }
  return "";
}

function podOf(name: string, { core, namespace }: Bench): { uid: string; isRunning: boolean } {
  const { world } = core.mirror;
  const pod = world.pod(keys.pod(namespace, name))?.data;
  if (pod === undefined) throw new StepFailure(`there is no pod ${name}`);
  return { uid: pod.uid, isRunning: world.run(pod).isRunning };
}
