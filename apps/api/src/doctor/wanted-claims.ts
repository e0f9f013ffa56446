import { addressOf, keys } from "@ratchet/contracts";
import type { AddressClaim, LinkRecord, PodRecord, PortClaim } from "../state/records.js";
import type { World } from "../state/world.js";

/** A claim that should be in the store, and the intents that ask for it. */
export interface WantedClaim {
  claim: PortClaim | AddressClaim;
  owners: string[];
  /** Why there can be no such claim. */
  contest: string | undefined;
}

/** Every claim on an interface or an address that follows from the intents, by its key. Pure. */
export function wantedClaims(world: World): Map<string, WantedClaim> {
  const wanted = new Map<string, WantedClaim>();
  for (const key of world.allKeys("links")) {
    const link = world.wired(key);
    if (link !== undefined) claimsOfLink(world, key, link, wanted);
  }
  for (const key of world.allKeys("pods")) {
    const pod = world.pod(key)?.data;
    if (pod !== undefined) claimsOfPod(key, pod, wanted);
  }
  return wanted;
}

function claimsOfLink(world: World, linkKey: string, link: LinkRecord, wanted: Map<string, WantedClaim>): void {
  for (const end of world.endsOf(link)) {
    if (!("pod" in end)) continue;
    const key = keys.port(link.namespace, end.pod, end.interface);
    const before = wanted.get(key);
    if (before === undefined) {
      wanted.set(key, { claim: { linkUid: link.uid, link: link.name }, owners: [linkKey], contest: undefined });
    } else {
      before.owners.push(linkKey);
      const others = before.owners.map((owner) => owner.split("/").at(-1)).join(" and ");
      before.contest = `interface ${end.interface} of pod ${link.namespace}/${end.pod} is asked for by the links ${others}`;
    }
    for (const text of end.addresses ?? []) {
      wantAddress(wanted, { namespace: link.namespace, pod: end.pod, text, ifName: end.interface }, link.uid, linkKey);
    }
  }
}

function claimsOfPod(podKey: string, { namespace, name, spec }: PodRecord, wanted: Map<string, WantedClaim>): void {
  const want = (text: string, ifName: string) =>
    wantAddress(wanted, { namespace, pod: name, text, ifName }, "pod", podKey);
  for (const text of spec.loopback ?? []) want(text, "lo");
  for (const item of spec.interfaces ?? []) for (const text of item.addresses ?? []) want(text, item.name);
}

function wantAddress(
  wanted: Map<string, WantedClaim>,
  { namespace, pod, text, ifName }: { namespace: string; pod: string; text: string; ifName: string },
  owner: string,
  intent: string,
): void {
  const address = addressOf(text);
  const key = keys.address(namespace, pod, address);
  const before = wanted.get(key);
  if (before === undefined) {
    wanted.set(key, { claim: { interface: ifName, owners: [owner] }, owners: [intent], contest: undefined });
    return;
  }
  const claim = before.claim as AddressClaim;
  if (claim.interface !== ifName) {
    before.contest = `address ${address} of pod ${namespace}/${pod} is asked for on ${claim.interface} and on ${ifName}`;
  }
  claim.owners = [...new Set([...claim.owners, owner])].sort();
  before.owners.push(intent);
}
