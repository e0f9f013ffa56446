import type { GraphModel } from "./model.js";

/** Why a wire cannot be begun or edited at all just now, or undefined. */
export function editRefusal(now: { phase: string; staleSince: string | null }): string | undefined {
  if (now.phase === "silent") return "No word from the server: editing is off until it is back";
  if (now.staleSince !== null) return "The server's store does not answer: editing is off until it is back";
  return undefined;
}

/** Why a wire drawn from one pod cannot end at another, or undefined when it can. */
export function wireRefusal(model: GraphModel, from: string, to: string | undefined): string | undefined {
  if (to === undefined) return "Drop it on a pod";
  if (from === to) return "A wire needs another pod";
  const pod = model.pods.get(to);
  if (pod === undefined) return "This pod is gone";
  return pod.isPlaceholder ? NO_POD_YET : undefined;
}

const NO_POD_YET = "No pod has these labels yet: drop it on a pod";

/** What dropping an end of a wire on a pod does. */
export function rerouteHint(model: GraphModel, wireId: string, end: 0 | 1, to: string): string {
  const selector = model.wires.get(wireId)?.ends[end].selector ?? null;
  const name = to.slice("pod/".length);
  return selector === null ? `Re-route to ${name}` : `Re-route to ${name}, no longer by ${selector}`;
}

/** Why an end of a wire cannot move to a pod, or undefined when it can. */
export function rerouteRefusal(
  model: GraphModel,
  wireId: string,
  end: 0 | 1,
  to: string | undefined,
): string | undefined {
  const wire = model.wires.get(wireId);
  if (wire === undefined) return "This wire is gone";
  if (to === undefined) return "Drop it on a pod";
  const { pod, selector } = wire.ends[end];
  if (pod === to) return selector === null ? "It already ends here" : `It already ends here, chosen by ${selector}`;
  if (wire.ends[end === 0 ? 1 : 0].pod === to) return "This is its other end";
  return model.pods.get(to)?.isPlaceholder ? NO_POD_YET : undefined;
}
