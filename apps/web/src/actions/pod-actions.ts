import { verbs } from "../api/verbs.js";
import { useTopology } from "../state/topology-store.js";
import { perform } from "./perform.js";

const namespace = () => useTopology.getState().namespace;

function many(names: readonly string[]): string {
  return names.length === 1 ? (names[0] ?? "") : `${names.length} pods`;
}

/** True when the agent owns the pod's namespace, so that killing and restarting it is possible. */
export function isManaged(name: string): boolean {
  const sandbox = useTopology.getState().stream.pods.get(name)?.spec.sandbox;
  return sandbox !== undefined && "managed" in sandbox;
}

export function setRun(names: readonly string[], verb: "kill" | "restart"): Promise<unknown> {
  return perform({
    verb,
    done: `${verb === "kill" ? "Killed" : "Restarted"} ${many(names)}`,
    failed: `Cannot ${verb} ${many(names)}`,
    hasToast: true,
    steps: names.map((name) => ({
      target: { kind: "pods", name },
      run: () => verbs.setPodRun(namespace(), name, verb),
    })),
  });
}

/** Kills what lives, restarts what is gone. */
export function toggleRun(names: readonly string[]): Promise<unknown> | undefined {
  const managed = names.filter(isManaged);
  const first = managed[0] === undefined ? undefined : useTopology.getState().stream.pods.get(managed[0]);
  if (first === undefined) return undefined;
  return setRun(managed, first.status.phase === "Gone" ? "restart" : "kill");
}

export function deletePods(names: readonly string[]): Promise<unknown> {
  return perform({
    verb: "delete",
    done: `Deleted ${many(names)}`,
    failed: `Cannot delete ${many(names)}`,
    hasToast: true,
    steps: names.map((name) => ({ target: { kind: "pods", name }, run: () => verbs.deletePod(namespace(), name) })),
  });
}

export function createPod(pod: { name: string; spec: object; labels?: Record<string, string> }): Promise<unknown> {
  return perform({
    verb: "create",
    done: `Made pod ${pod.name}`,
    failed: `Cannot make pod ${pod.name}`,
    hasToast: true,
    steps: [{ target: { kind: "pods", name: pod.name }, run: () => verbs.createPod(namespace(), pod) }],
  });
}
