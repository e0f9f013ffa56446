import type { AssignedPod } from "@ratchet/contracts";

/** A namespace by what tells it from every other while it lives. */
export interface NetnsId {
  dev: string;
  inode: string;
}

/** What the agent remembers of the namespace it made, or found, for a pod. */
export interface RememberedSandbox extends NetnsId {
  incarnation: number;
  bootId: string;
}

/** Which life of which pod a managed namespace was made for, as it says itself. */
export interface LifeMark {
  podUid: string;
  incarnation: number;
}

export interface PodSituation {
  /** What lies where the pod's namespace should be. */
  found: NetnsId | undefined;
  /** What is written in it; only asked for when it is not the one remembered. */
  marked?: LifeMark | undefined;
  remembered: RememberedSandbox | undefined;
  bootId: string;
  /** For a pod of Kubernetes: what a CNI ADD registered for it. */
  registered?: NetnsId | undefined;
  allowsForeign: boolean;
  /** The panel and the node's own namespace: wiring those as pods would cut the node. */
  reserved: readonly NetnsId[];
}

export type PodDecision =
  /** Make the namespace, after taking away what is there. */
  | { step: "create"; replaces: boolean }
  /** Use what is there; `isNew` when it was not known before. */
  | { step: "use"; isNew: boolean }
  /** Take namespace and programs away. */
  | { step: "remove"; message: string }
  | { step: "gone"; message: string }
  | { step: "wait"; message: string };

/** What becomes of a pod's namespace. Pure. */
export function planPod(pod: AssignedPod, situation: PodSituation): PodDecision {
  if ("managed" in pod.sandbox) return planManaged(pod, situation);
  if ("container" in pod.sandbox) {
    return { step: "wait", message: "sandbox.container is not supported by this agent: give netns, path or pid" };
  }
  if ("cni" in pod.sandbox) return planCni(situation);
  return planForeign(situation);
}

/** By what was registered, never by what lies at the path now: the path of a dead pod is soon another's. */
function planCni({ found, registered, remembered, reserved }: PodSituation): PodDecision {
  if (registered === undefined) {
    return { step: "wait", message: "the node's runtime has not asked for its network yet (no CNI ADD)" };
  }
  if (found === undefined || !isSame(found, registered)) {
    return { step: "gone", message: "its namespace has vanished; wired again with the pod's next sandbox" };
  }
  if (reserved.some((own) => isSame(own, found))) {
    return { step: "wait", message: "its namespace is the node's own or the panel: neither can be a pod" };
  }
  return { step: "use", isNew: remembered === undefined || !isSame(found, remembered) };
}

function planManaged(pod: AssignedPod, situation: PodSituation): PodDecision {
  const { found, remembered, bootId } = situation;
  if (!pod.isRunning) return { step: "remove", message: "killed; restart it to have it back" };
  const life = lifeFound(pod, situation);
  if (life !== undefined && life >= pod.incarnation) {
    // A later life than was asked for: an assignment from the disk is behind what was done since.
    return { step: "use", isNew: remembered === undefined || found === undefined || !isSame(found, remembered) };
  }
  if (remembered === undefined) {
    if (found === undefined) return { step: "create", replaces: false };
    // Made by an earlier life of this agent that died before it could write anything down.
    return life === undefined ? { step: "use", isNew: true } : { step: "create", replaces: true };
  }
  if (remembered.incarnation < pod.incarnation || remembered.bootId !== bootId) {
    return { step: "create", replaces: true };
  }
  return { step: "gone", message: "its namespace has vanished; restart it to have it back" };
}

/** The incarnation of this pod that the namespace found was made for, as far as anybody knows. */
function lifeFound(pod: AssignedPod, { found, remembered, marked, bootId }: PodSituation): number | undefined {
  if (found === undefined) return undefined;
  if (remembered?.bootId === bootId && isSame(found, remembered)) return remembered.incarnation;
  return marked?.podUid === pod.podUid ? marked.incarnation : undefined;
}

function planForeign({ found, remembered, allowsForeign, reserved }: PodSituation): PodDecision {
  if (!allowsForeign) {
    return {
      step: "wait",
      message: "this agent accepts managed pods alone (it runs without --allow-foreign-sandboxes)",
    };
  }
  if (found === undefined) {
    return remembered === undefined
      ? { step: "wait", message: "its namespace is not there yet" }
      : { step: "gone", message: "its namespace has vanished" };
  }
  if (reserved.some((own) => isSame(own, found))) {
    return { step: "wait", message: "its namespace is the node's own or the panel: neither can be a pod" };
  }
  return { step: "use", isNew: remembered === undefined || !isSame(found, remembered) };
}

function isSame(a: NetnsId, b: NetnsId): boolean {
  return a.dev === b.dev && a.inode === b.inode;
}
