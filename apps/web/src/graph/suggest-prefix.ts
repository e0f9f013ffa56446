import { contains, formatIp, networkOf, type Prefix, parsePrefix } from "@ratchet/contracts";
import type { Resources } from "./model.js";
import { isPodEnd } from "./model.js";

/** Where point-to-point addresses come from: RFC 3021 pairs out of a range that is the page's own. */
const POOL = "10.99.0.0/16";

/** Every prefix in use in the namespace, addresses of links, interfaces and loopbacks. */
export function usedPrefixes(resources: Resources): Prefix[] {
  const texts: string[] = [];
  for (const link of resources.links.values()) {
    for (const end of link.spec.endpoints) if (isPodEnd(end)) texts.push(...(end.addresses ?? []));
  }
  for (const pod of resources.pods.values()) {
    texts.push(...(pod.spec.loopback ?? []));
    for (const item of pod.spec.interfaces ?? []) texts.push(...(item.addresses ?? []));
    for (const item of pod.status.interfaces) texts.push(...item.addresses);
  }
  return texts.flatMap((text) => parsePrefix(text) ?? []);
}

/** The next pair of /31 addresses that overlaps nothing in use, or undefined when the pool is full. */
export function suggestPair(used: readonly Prefix[]): [string, string] | undefined {
  const pool = parsePrefix(POOL);
  if (pool === undefined) return undefined;
  const inPool = used.filter((prefix) => contains(pool, prefix.ip) || contains(prefix, pool.ip)).map(networkOf);
  const size = 1n << BigInt(32 - pool.length);
  let offset = 0n;
  while (offset < size) {
    const value = pool.ip.value + offset;
    const blocking = inPool.find((prefix) => overlaps(prefix, value));
    if (blocking === undefined) {
      return [`${formatIp({ family: 4, value })}/31`, `${formatIp({ family: 4, value: value + 1n })}/31`];
    }
    const end = blocking.ip.value + (1n << BigInt(32 - blocking.length));
    offset = end - pool.ip.value;
    offset += offset & 1n;
  }
  return undefined;
}

/** True when the /31 at `value` and the network share an address. */
function overlaps(network: Prefix, value: bigint): boolean {
  if (network.ip.family !== 4) return false;
  const first = network.ip.value;
  const last = first + (1n << BigInt(32 - network.length)) - 1n;
  return first <= value + 1n && last >= value;
}
