import { parseIp } from "@ratchet/contracts";
import type { LinkRecord, SubnetRecord } from "../state/records.js";
import { endAddresses } from "./subnet-range.js";

type Ends = LinkRecord["spec"]["endpoints"];

/** A link's ends with the addresses of its subnets beside those that were given. Pure. */
export function endsWithAddresses(link: LinkRecord, subnets: readonly SubnetRecord[]): Ends {
  if (link.spec.autoAddresses === undefined || subnets.length === 0) return link.spec.endpoints;
  return link.spec.endpoints.map((end, index) => {
    if (!("interface" in end)) return end;
    return { ...end, addresses: [...(end.addresses ?? []), ...autoAddresses(subnets, index as 0 | 1)] };
  });
}

/** What one end has of a link's subnets, IPv4 first. */
export function autoAddresses(subnets: readonly SubnetRecord[], index: 0 | 1): string[] {
  return subnets
    .flatMap(({ network }) => parseIp(network) ?? [])
    .sort((a, b) => a.family - b.family)
    .map((network) => endAddresses(network)[index]);
}
