import { type AssignedPod, type AssignedPort, familyOf } from "@ratchet/contracts";
import type { PodRecord, RunRecord } from "../state/records.js";
import type { PodEnd } from "./resolve-link.js";

/** A pod as its node's agent gets it, or undefined while nobody said which namespace it is. */
export function assignedPod(pod: PodRecord, run: RunRecord): AssignedPod | undefined {
  if (pod.spec.sandbox === undefined) return undefined;
  return {
    podUid: pod.uid,
    namespace: pod.namespace,
    name: pod.name,
    sandbox: pod.spec.sandbox,
    sysctls: pod.spec.sysctls ?? {},
    loopback: pod.spec.loopback ?? [],
    isRunning: run.isRunning,
    incarnation: run.incarnation,
  };
}

/** A link's end at this pod, with the MTU of its link. */
export interface WiredEnd {
  end: PodEnd;
  mtuBytes: number;
}

/**
 * One port of a pod, or undefined when neither a link ends there nor the pod's own spec names it.
 * Where both do, the link decides MTU and MAC, and addresses and routes are those of both.
 */
export function assignedPort(
  pod: PodRecord,
  ifName: string,
  wired: WiredEnd | undefined,
  defaultMtuBytes: number,
): AssignedPort | undefined {
  const item = pod.spec.interfaces?.find(({ name }) => name === ifName);
  if (wired === undefined && item === undefined) return undefined;
  return {
    podUid: pod.uid,
    interface: ifName,
    mtuBytes: wired?.mtuBytes ?? item?.mtu ?? defaultMtuBytes,
    mac: wired?.end.mac ?? item?.mac ?? null,
    addresses: [...new Set([...(wired?.end.addresses ?? []), ...(item?.addresses ?? [])])],
    routes: mergeRoutes(wired?.end.routes ?? [], item?.routes ?? []),
  };
}

function mergeRoutes(ofLink: AssignedPort["routes"], ofPod: AssignedPort["routes"]): AssignedPort["routes"] {
  const keyOf = (route: AssignedPort["routes"][number]) => `${route.to} ${familyOf(route.via ?? route.to)}`;
  const taken = new Set(ofLink.map(keyOf));
  return [...ofLink, ...ofPod.filter((route) => !taken.has(keyOf(route)))];
}
