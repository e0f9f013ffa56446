import { addressOf, keys, parseIp } from "@ratchet/contracts";
import type { LinkRecord, PodRecord } from "../state/records.js";
import type { World } from "../state/world.js";

/**
 * The address to try when somebody says "that pod": the far end's on a link between the two, else the pod's own
 * loopback, else any of its interfaces. An address is itself. Undefined: there is none.
 */
export function findAddress(world: World, from: PodRecord, to: string): string | undefined {
  if (parseIp(to) !== undefined) return to;
  const pod = world.pod(keys.pod(from.namespace, to))?.data;
  if (pod === undefined) return undefined;
  const links = [...world.linksOfPod(keys.pod(pod.namespace, pod.name))].flatMap((key) => world.wired(key) ?? []);
  const shared = links.filter((link) => endsAt(world, link, from.name).length > 0);
  const candidates = [
    ...shared.flatMap((link) => addressesAt(world, link, pod)),
    ...(pod.spec.loopback ?? []),
    ...links.flatMap((link) => addressesAt(world, link, pod)),
    ...(pod.spec.interfaces ?? []).flatMap(({ addresses }) => addresses ?? []),
  ];
  const [first] = candidates;
  return first === undefined ? undefined : addressOf(first);
}

/** Name of the pod of a namespace that is asked to have an address; null when none is. */
export function podWithAddress(world: World, namespace: string, address: string): string | null {
  for (const key of world.keysIn("pods", namespace)) {
    const pod = world.pod(key)?.data;
    if (pod === undefined) continue;
    const links = [...world.linksOfPod(key)].flatMap((linkKey) => world.wired(linkKey) ?? []);
    const all = [
      ...(pod.spec.loopback ?? []),
      ...(pod.spec.interfaces ?? []).flatMap(({ addresses }) => addresses ?? []),
      ...links.flatMap((link) => addressesAt(world, link, pod)),
    ];
    if (all.some((text) => addressOf(text) === address)) return pod.name;
  }
  return null;
}

/** uid of the link whose other end than this pod has the address. */
export function linkTo(world: World, podKey: string, address: string): string | undefined {
  const own = world.pod(podKey)?.data;
  for (const linkKey of world.linksOfPod(podKey)) {
    const link = world.wired(linkKey);
    if (link === undefined) continue;
    for (const end of world.endsOf(link)) {
      const far =
        "pod" in end && end.pod !== own?.name ? world.pod(keys.pod(link.namespace, end.pod))?.data : undefined;
      if (far !== undefined && addressesAt(world, link, far).some((text) => addressOf(text) === address))
        return link.uid;
    }
  }
  return undefined;
}

function addressesAt(world: World, link: LinkRecord, pod: PodRecord): string[] {
  return endsAt(world, link, pod.name).flatMap((end) => [
    ...(end.addresses ?? []),
    ...(pod.spec.interfaces?.find(({ name }) => name === end.interface)?.addresses ?? []),
  ]);
}

function endsAt(world: World, link: LinkRecord, pod: string) {
  return world.endsOf(link).flatMap((end) => ("pod" in end && end.pod === pod ? [end] : []));
}
