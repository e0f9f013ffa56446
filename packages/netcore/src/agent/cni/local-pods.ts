import type { ApiAssignment, LocalPod } from "@ratchet/contracts";
import { type PortKey, portKey, portRef } from "../../model/key.js";

/** An assignment, or a change of one, whoever it comes from. */
export type Frame = Omit<ApiAssignment, "type" | "version">;

/** How long a port of a pod that the control plane knows may stay without the control plane naming it. */
export const LOCAL_GRACE_MS = 10_000;

/**
 * Joins what the control plane assigns with what the agent derived by itself for pods that CNI registered.
 *
 * The rule:
 * - A pod or port the control plane names is as the control plane says.
 * - A pod it does not name stays as derived while its sandbox is registered: an assignment that lacks it may be older
 *   than the pod, because the control plane's watch lags or has just been started again.
 * - Of a pod it names, derived ports stay for `LOCAL_GRACE_MS`: pod and links are written one after the other. Then
 *   those it has not named go.
 * - A pod or port it takes back by name (`removedPods`, `removedPorts`) goes, whatever was derived.
 */
export class LocalPods {
  private readonly locals = new Map<string, LocalPod>();
  private readonly remotePods = new Map<string, number>();
  private readonly remotePorts = new Set<PortKey>();
  private shown: Shown = { pods: new Map(), ports: new Map() };

  constructor(private readonly now: () => number = () => performance.now()) {}

  isRemote(podUid: string): boolean {
    return this.remotePods.has(podUid);
  }

  has(podUid: string): boolean {
    return this.locals.has(podUid);
  }

  /** Milliseconds until a derived port runs out of grace; undefined when none waits for that. */
  nextExpiryMs(): number | undefined {
    const shown = new Set([...this.shown.ports.values()].map(({ podUid }) => podUid));
    const ends = [...shown].flatMap((uid) => this.remotePods.get(uid) ?? []);
    return ends.length === 0 ? undefined : Math.max(0, Math.min(...ends) + LOCAL_GRACE_MS - this.now());
  }

  /**
   * What the control plane's frame means here. One that was read from the disk gives no grace: what it does not name
   * ran out of it in an earlier life.
   */
  merge(frame: Frame, isFromDisk = false): Frame {
    if (frame.full) {
      const named = new Set(frame.pods.map(({ podUid }) => podUid));
      for (const uid of this.remotePods.keys()) if (!named.has(uid)) this.remotePods.delete(uid);
      this.remotePorts.clear();
    }
    for (const uid of frame.removedPods) {
      this.remotePods.delete(uid);
      this.locals.delete(uid);
    }
    for (const ref of frame.removedPorts) {
      const key = portKey(ref);
      this.remotePorts.delete(key);
      const local = this.locals.get(ref.podUid);
      if (local === undefined) continue;
      this.locals.set(ref.podUid, { ...local, ports: local.ports.filter((port) => portKey(port) !== key) });
    }
    const since = isFromDisk ? Number.NEGATIVE_INFINITY : this.now();
    for (const { podUid } of frame.pods) if (!this.remotePods.has(podUid)) this.remotePods.set(podUid, since);
    for (const port of frame.ports) this.remotePorts.add(portKey(port));
    return this.withChanges(frame);
  }

  /** Puts or, with undefined, takes back what was derived for a pod; the answer is the change this makes. */
  set(podUid: string, local: LocalPod | undefined, base: Pick<Frame, "storeId" | "revision">): Frame {
    if (local === undefined) this.locals.delete(podUid);
    else this.locals.set(podUid, local);
    return this.withChanges(nothing(base));
  }

  /** Lets go of what has run out of grace; it is kept in mind, for an assignment that lacks the whole pod. */
  expire(base: Pick<Frame, "storeId" | "revision">): Frame {
    return this.withChanges(nothing(base));
  }

  /** The control plane's part alone: what is kept on disk as the last assignment. */
  remoteOf<T extends Pick<Frame, "pods" | "ports">>(assignment: T): T {
    return {
      ...assignment,
      pods: assignment.pods.filter(({ podUid }) => this.remotePods.has(podUid)),
      ports: assignment.ports.filter((port) => this.remotePorts.has(portKey(port))),
    };
  }

  private withChanges(frame: Frame): Frame {
    const before = this.shown;
    const after = this.toShow();
    this.shown = after;
    if (before.pods.size + before.ports.size + after.pods.size + after.ports.size === 0) return frame;
    const isAnew = <T>(was: T | undefined, is: T) => frame.full || was !== is;
    const gone = [...before.ports.keys()].filter((key) => !after.ports.has(key) && !this.remotePorts.has(key));
    const gonePods = [...before.pods.keys()].filter((uid) => !after.pods.has(uid) && !this.remotePods.has(uid));
    return {
      ...frame,
      pods: [
        ...frame.pods,
        ...[...after.pods].filter(([uid, pod]) => isAnew(before.pods.get(uid), pod)).map(([, pod]) => pod),
      ],
      ports: [
        ...frame.ports,
        ...[...after.ports].filter(([key, port]) => isAnew(before.ports.get(key), port)).map(([, port]) => port),
      ],
      removedPods: frame.full ? [] : [...frame.removedPods, ...gonePods],
      removedPorts: frame.full ? [] : [...frame.removedPorts, ...gone.map((key) => portRef(key))],
    };
  }

  private toShow(): Shown {
    const shown: Shown = { pods: new Map(), ports: new Map() };
    for (const [uid, { pod, ports }] of this.locals) {
      const since = this.remotePods.get(uid);
      if (since === undefined) shown.pods.set(uid, pod);
      else if (this.now() >= since + LOCAL_GRACE_MS) continue;
      for (const port of ports) if (!this.remotePorts.has(portKey(port))) shown.ports.set(portKey(port), port);
    }
    return shown;
  }
}

interface Shown {
  pods: Map<string, LocalPod["pod"]>;
  ports: Map<PortKey, LocalPod["ports"][number]>;
}

function nothing(base: Pick<Frame, "storeId" | "revision">): Frame {
  const { storeId, revision } = base;
  return {
    storeId,
    revision,
    full: false,
    pods: [],
    ports: [],
    wires: [],
    removedPods: [],
    removedPorts: [],
    removedWires: [],
  };
}
