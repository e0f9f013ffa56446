import { keys } from "@ratchet/contracts";
import { notFound, ProblemError, refuse } from "../http/problem-error.js";
import type { World } from "../state/world.js";
import { findAddress } from "./find-address.js";

/** Whose agent measures, in which pod, and towards what. */
export interface Place {
  node: string;
  podUid: string;
  address: string;
}

/** @throws ProblemError NotFound (no such pod), Invalid (nothing to measure towards), Conflict (on no node yet) */
export function findPlace(world: World, namespace: string, name: string, to: string): Place {
  const key = keys.pod(namespace, name);
  const pod = world.pod(key)?.data;
  if (pod === undefined) throw notFound("Pod", namespace, name);
  const address = findAddress(world, pod, to);
  if (address === undefined) {
    const message = `is ${to}, which is no pod of namespace ${namespace} with an address: name one, or an address`;
    throw refuse("Invalid", [{ field: "to", message }]);
  }
  const node = world.nodeOf(key);
  if (node === null) throw new ProblemError("Conflict", `pod ${name} is on no node yet`);
  return { node, podUid: pod.uid, address };
}
