import { formatPrefix, keys, parseIp, SUBNET_LENGTH } from "@ratchet/contracts";
import type { LinkRecord, PoolsRecord, SubnetRecord } from "../state/records.js";
import type { World } from "../state/world.js";
import { SubnetRange } from "./subnet-range.js";

const NAMED = 5;

/** Links whose allocated VNI lies outside of a range; one that was asked for by number may. */
export function linksOutsideVnis(world: World, { from, to }: PoolsRecord["vnis"]): string[] {
  const found: string[] = [];
  for (const vni of world.vnis) {
    const record = world.vni(vni);
    if (record === undefined || record.state !== "used" || (vni >= from && vni <= to)) continue;
    const link = world.entry<LinkRecord>(keys.link(record.namespace, record.link))?.data;
    if (link?.spec.vni === undefined) found.push(`link ${record.namespace}/${record.link} (VNI ${vni})`);
  }
  return found;
}

/** Links of a namespace whose automatic addresses lie outside of these prefixes. */
export function linksOutsidePrefixes(
  world: World,
  namespace: string,
  { ipv4, ipv6 }: { ipv4: readonly string[]; ipv6: readonly string[] },
): string[] {
  const ranges = { 4: new SubnetRange(4, ipv4), 6: new SubnetRange(6, ipv6) };
  return [...world.subnetsIn(namespace)].flatMap((key) => {
    const record = world.entry<SubnetRecord>(key)?.data;
    const ip = record && parseIp(record.network);
    if (record === undefined || ip === undefined || ranges[ip.family].holds(ip)) return [];
    return [`link ${namespace}/${record.link} (${formatPrefix({ ip, length: SUBNET_LENGTH[ip.family] })})`];
  });
}

/** The first few by name, and how many more. */
export function nameThem(links: readonly string[]): string {
  const more = links.length - NAMED;
  return links.slice(0, NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
