import { addressOf, keys } from "@ratchet/contracts";
import { ProblemError } from "../http/problem-error.js";
import { autoOwner } from "../plan/settle-subnets.js";
import { endsWithAddresses } from "../pools/link-ends.js";
import type { Draft } from "../state/draft.js";
import type { AddressClaim, LinkRecord, PodRecord, PortClaim } from "../state/records.js";

const OF_POD = "pod";
const LOOPBACK = "lo";

interface WantedAddress {
  key: string;
  pod: string;
  address: string;
  interface: string;
  field: string;
}

/** Lets go of what a link holds, so that others of the same draft may take it. */
export function releaseLink(draft: Draft, link: LinkRecord): void {
  for (const end of link.spec.endpoints) {
    if (!("pod" in end)) continue;
    const key = keys.port(link.namespace, end.pod, end.interface);
    if (draft.read<PortClaim>(key)?.linkUid === link.uid) draft.delete(key);
  }
  for (const wanted of addressesOfLink(draft, link)) releaseAddress(draft, wanted.key, link.uid);
}

/** What another object holds that a link needs, if it does. Changes nothing. */
export function clashOf(draft: Draft, link: LinkRecord): ProblemError | undefined {
  for (const [index, end] of link.spec.endpoints.entries()) {
    if (!("pod" in end)) continue;
    const held = draft.peek<PortClaim>(keys.port(link.namespace, end.pod, end.interface));
    if (held !== undefined && held.linkUid !== link.uid) return portTaken(index, end, held);
  }
  for (const wanted of addressesOfLink(draft, link)) {
    const auto = autoOwner(draft, link.namespace, wanted.address);
    if (auto !== undefined && auto.linkUid !== link.uid) return inPool(wanted, link.namespace, auto.link);
    const held = draft.peek<AddressClaim>(wanted.key);
    const isOthers = held?.owners.some((owner) => owner !== link.uid);
    if (held !== undefined && isOthers && held.interface !== wanted.interface) return addressTaken(wanted, held);
  }
  return undefined;
}

/** Its automatic addresses are those it has by now. @throws ProblemError InterfaceTaken, AddressTaken */
export function claimLink(draft: Draft, link: LinkRecord): void {
  for (const [index, end] of link.spec.endpoints.entries()) {
    if (!("pod" in end)) continue;
    const key = keys.port(link.namespace, end.pod, end.interface);
    const held = draft.read<PortClaim>(key);
    if (held !== undefined && held.linkUid !== link.uid) {
      throw portTaken(index, end, held);
    }
    draft.put(key, { linkUid: link.uid, link: link.name } satisfies PortClaim);
  }
  for (const wanted of addressesOfLink(draft, link)) claimAddress(draft, wanted, link.uid, link.namespace);
}

export function releasePod(draft: Draft, pod: PodRecord): void {
  for (const wanted of addressesOfPod(pod)) releaseAddress(draft, wanted.key, OF_POD);
}

/** @throws ProblemError AddressTaken */
export function claimPod(draft: Draft, pod: PodRecord): void {
  for (const wanted of addressesOfPod(pod)) claimAddress(draft, wanted, OF_POD, pod.namespace);
}

function claimAddress(draft: Draft, wanted: WantedAddress, owner: string, namespace: string): void {
  const auto = autoOwner(draft, namespace, wanted.address);
  if (auto !== undefined && auto.linkUid !== owner) {
    throw inPool(wanted, namespace, auto.link);
  }
  const held = draft.read<AddressClaim>(wanted.key);
  if (held !== undefined && held.interface !== wanted.interface) {
    throw addressTaken(wanted, held);
  }
  const owners = new Set([...(held?.owners ?? []), owner]);
  draft.put(wanted.key, { interface: wanted.interface, owners: [...owners].sort() } satisfies AddressClaim);
}

function releaseAddress(draft: Draft, key: string, owner: string): void {
  const held = draft.read<AddressClaim>(key);
  if (held === undefined || !held.owners.includes(owner)) return;
  const owners = held.owners.filter((other) => other !== owner);
  if (owners.length === 0) draft.delete(key);
  else draft.put(key, { ...held, owners });
}

function addressesOfLink(draft: Draft, link: LinkRecord): WantedAddress[] {
  return endsWithAddresses(link, draft.subnetsOfLink(link.uid)).flatMap((end, index) =>
    "pod" in end
      ? (end.addresses ?? []).map((text, at) =>
          wantedAddress(link.namespace, end.pod, text, end.interface, `spec.endpoints[${index}].addresses[${at}]`),
        )
      : [],
  );
}

function addressesOfPod({ namespace, name, spec }: PodRecord): WantedAddress[] {
  const loopback = (spec.loopback ?? []).map((text, at) =>
    wantedAddress(namespace, name, text, LOOPBACK, `spec.loopback[${at}]`),
  );
  const others = (spec.interfaces ?? []).flatMap((item, index) =>
    (item.addresses ?? []).map((text, at) =>
      wantedAddress(namespace, name, text, item.name, `spec.interfaces[${index}].addresses[${at}]`),
    ),
  );
  return [...loopback, ...others];
}

function wantedAddress(namespace: string, pod: string, text: string, ifName: string, field: string): WantedAddress {
  const address = addressOf(text);
  return { key: keys.address(namespace, pod, address), pod, address, interface: ifName, field };
}

function portTaken(index: number, end: { pod: string; interface: string }, held: PortClaim): ProblemError {
  return taken(
    "InterfaceTaken",
    `spec.endpoints[${index}].interface`,
    `${end.interface} of pod ${end.pod} is already used by link ${held.link}: choose another interface, or delete or re-route that link`,
  );
}

function addressTaken(wanted: WantedAddress, held: AddressClaim): ProblemError {
  return taken(
    "AddressTaken",
    wanted.field,
    `${wanted.address} is already on interface ${held.interface} of pod ${wanted.pod}: choose another address`,
  );
}

function inPool(wanted: WantedAddress, namespace: string, link: string): ProblemError {
  return taken(
    "AddressTaken",
    wanted.field,
    `${wanted.address} is in the pool of namespace ${namespace} and was given to link ${link}: choose another address`,
  );
}

function taken(code: "InterfaceTaken" | "AddressTaken", field: string, message: string): ProblemError {
  return new ProblemError(code, message, { errors: [{ field, message, code }] });
}
