import { autoFamilies, formatIp, keys, parseIp } from "@ratchet/contracts";
import { ProblemError } from "../http/problem-error.js";
import { prefixesOf } from "../pools/installation-pools.js";
import type { SubnetAllocator } from "../pools/subnet-allocator.js";
import { SubnetRange, subnetOf } from "../pools/subnet-range.js";
import type { Draft } from "../state/draft.js";
import type { LinkRecord, SubnetRecord } from "../state/records.js";

/**
 * Gives a link the subnets it asks for. One it has stays with it, however it is changed, until it is asked for no more.
 *
 * @throws ProblemError PoolExhausted
 */
export function settleSubnets(draft: Draft, link: LinkRecord, allocator: SubnetAllocator): void {
  const missing = new Set(autoFamilies(link.spec.autoAddresses));
  for (const record of draft.subnetsOfLink(link.uid)) {
    const family = parseIp(record.network)?.family ?? 4;
    if (!missing.delete(family)) draft.delete(keys.subnet(record.namespace, record.network));
  }
  for (const family of missing) allocate(draft, link, family, allocator);
}

/** A link is gone: so are its subnets. */
export function releaseSubnets(draft: Draft, linkUid: string): void {
  for (const { namespace, network } of draft.subnetsOfLink(linkUid)) draft.delete(keys.subnet(namespace, network));
}

function allocate(draft: Draft, link: LinkRecord, family: 4 | 6, allocator: SubnetAllocator): void {
  const { namespace } = link;
  const { world } = draft;
  // Compared: a pool that shrinks meanwhile must not be left.
  draft.read(keys.namespacePools(namespace));
  draft.read(keys.installationPools());
  const range = new SubnetRange(family, prefixesOf(world, namespace)[family === 4 ? "ipv4" : "ipv6"]);
  const isTaken = (network: string) =>
    draft.peek(keys.subnet(namespace, network)) !== undefined || isGivenByHand(draft, namespace, network);
  const used = world.subnetsIn(namespace).size + world.addressCount(namespace) + draft.writes;
  const network = allocator.next(`${namespace} ${family}`, range, used, isTaken);
  if (network === undefined) throw exhausted(namespace, family, range);
  draft.put(keys.subnet(namespace, network), {
    network,
    linkUid: link.uid,
    namespace,
    link: link.name,
  } satisfies SubnetRecord);
}

function isGivenByHand(draft: Draft, namespace: string, network: string): boolean {
  const ip = parseIp(network);
  if (ip === undefined) return false;
  const other = formatIp({ ...ip, value: ip.value + 1n });
  return draft.hasAddress(namespace, network) || draft.hasAddress(namespace, other);
}

/** The link that has an address from its namespace's pool; undefined when nobody has. */
export function autoOwner(draft: Draft, namespace: string, address: string): SubnetRecord | undefined {
  const ip = parseIp(address);
  if (ip === undefined) return undefined;
  const range = new SubnetRange(ip.family, prefixesOf(draft.world, namespace)[ip.family === 4 ? "ipv4" : "ipv6"]);
  if (!range.holds(ip)) return undefined;
  return draft.read<SubnetRecord>(keys.subnet(namespace, formatIp(subnetOf(ip))));
}

function exhausted(namespace: string, family: 4 | 6, range: SubnetRange): ProblemError {
  const message = `the IPv${family} pool of namespace ${namespace} has addresses for ${range.size} links, and all are in use: give it another prefix (PUT /api/v1/namespaces/${namespace}/pools), delete a link, or write addresses by hand`;
  return new ProblemError("PoolExhausted", message, {
    errors: [{ field: "spec.autoAddresses", message, code: "PoolExhausted" }],
  });
}
