import type { Link, Node, Pod } from "@ratchet/contracts";
import type { Expected } from "../model/expected.js";
import { hasCarrier } from "./compare-kernel.js";
import type { Seen } from "./kernel.js";
import type { IpLink } from "./namespace.js";

export interface Shown {
  nodes: Node[];
  pods: Pod[];
  links: Link[];
}

/** Every way in which what the API says differs from what has to be, and from what the kernels have. Pure. */
export function compareStatus(expected: Expected, seen: Seen, shown: Shown): string[] {
  const differences: string[] = [];
  const say = (text: string) => differences.push(`status: ${text}`);
  for (const node of shown.nodes)
    if (node.status.phase !== "Ready") say(`node ${node.metadata.name} is ${node.status.phase}`);
  comparePods(expected, seen, shown.pods, say);
  compareLinks(expected, seen, shown.links, say);
  return differences;
}

/** The VNIs that the links show and the tunnels that the kernels have for them differ. */
function comparePods(expected: Expected, seen: Seen, pods: readonly Pod[], say: (text: string) => void): void {
  const missing = new Set(expected.pods.keys());
  for (const { metadata, status } of pods) {
    const key = `${metadata.namespace}/${metadata.name}`;
    const wanted = expected.pods.get(key);
    missing.delete(key);
    if (wanted === undefined) {
      say(`pod ${key} should not exist`);
      continue;
    }
    if (status.phase !== wanted.phase)
      say(`pod ${key} is ${status.phase} instead of ${wanted.phase}: ${status.message}`);
    if (status.node !== wanted.node) say(`pod ${key} is on ${status.node} instead of ${wanted.node}`);
    if (status.phase !== "Ready" || wanted.phase !== "Ready") continue;
    const ports =
      expected.nodes.get(wanted.node)?.pods.get(`${metadata.namespace}.${metadata.name}`)?.ports ?? new Map();
    const shownPorts = status.interfaces.map(({ name, link }) => `${name} ${link}`).sort();
    const wantedPorts = [...ports].map(([name, { link }]) => `${name} ${link}`).sort();
    if (shownPorts.join() !== wantedPorts.join()) say(`pod ${key} shows [${shownPorts}] instead of [${wantedPorts}]`);
    for (const item of status.interfaces) {
      const link = linkIn(seen, wanted.node, metadata.namespace, metadata.name, item.name);
      const shownAs = facts(item.ifIndex, item.mac, item.mtu, item.carrier);
      if (shownAs !== factsOf(link))
        say(`pod ${key} shows ${item.name} as ${shownAs}, the kernel has ${factsOf(link)}`);
      const addresses = (link?.addr_info ?? [])
        .filter(({ scope }) => scope === "global")
        .map((a) => `${a.local}/${a.prefixlen}`);
      if (addresses.sort().join() !== [...item.addresses].sort().join()) {
        say(`pod ${key} shows ${item.name} with [${item.addresses}], the kernel has [${addresses}]`);
      }
    }
  }
  for (const key of missing) say(`pod ${key} is lost`);
}

function compareLinks(expected: Expected, seen: Seen, links: readonly Link[], say: (text: string) => void): void {
  const missing = new Set(expected.links.keys());
  for (const link of links) {
    const { metadata, spec, status } = link;
    const key = `${metadata.namespace}/${metadata.name}`;
    const wanted = expected.links.get(key);
    missing.delete(key);
    if (wanted === undefined) {
      say(`link ${key} should not exist`);
      continue;
    }
    const ready = status.conditions.find(({ type }) => type === "Ready");
    if (status.phase !== wanted.phase)
      say(`link ${key} is ${status.phase} instead of ${wanted.phase}: ${ready?.reason} ${ready?.message}`);
    if (status.transport !== wanted.transport) say(`link ${key} is ${status.transport} instead of ${wanted.transport}`);
    if (status.phase === "Up" && status.observedRevision !== metadata.revision)
      say(`link ${key} is seen at another revision`);
    for (const [index, end] of spec.endpoints.entries()) {
      const shownEnd = status.endpoints[index];
      const pod = "pod" in end ? end.pod : shownEnd?.pod;
      if (!("interface" in end) || pod == null) continue;
      const node = wanted.nodes[index as 0 | 1];
      if (shownEnd?.node !== node) say(`link ${key} end ${index} is on ${shownEnd?.node} instead of ${node}`);
      const there = linkIn(seen, node, metadata.namespace, pod, end.interface);
      const shownAs = facts(shownEnd?.ifIndex, shownEnd?.mac, shownEnd?.mtu, shownEnd?.carrier);
      if (shownAs !== factsOf(there))
        say(`link ${key} shows end ${index} as ${shownAs}, the kernel has ${factsOf(there)}`);
    }
    if (wanted.transport === "vxlan" && wanted.phase !== "Error") compareVni(seen, link, wanted.nodes, say);
  }
  for (const key of missing) say(`link ${key} is lost`);
}

function compareVni(
  seen: Seen,
  { metadata, status }: Link,
  nodes: readonly (string | null)[],
  say: (text: string) => void,
): void {
  const alias = `tunnel ${metadata.namespace}/${metadata.name}`;
  for (const node of nodes) {
    const tunnel = seen.nodes.get(node ?? "")?.panel.links.find(({ ifalias }) => ifalias === alias);
    const vni = tunnel?.linkinfo?.info_data?.id ?? null;
    if (vni !== status.vni)
      say(`link ${metadata.namespace}/${metadata.name} shows VNI ${status.vni}, node ${node} has ${vni}`);
  }
}

function linkIn(seen: Seen, node: string | null, namespace: string, pod: string, ifName: string): IpLink | undefined {
  return seen.nodes
    .get(node ?? "")
    ?.pods.get(`${namespace}.${pod}`)
    ?.links.find(({ ifname }) => ifname === ifName);
}

function factsOf(link: IpLink | undefined): string {
  return link === undefined
    ? facts(null, null, null, null)
    : facts(link.ifindex, link.address, link.mtu, hasCarrier(link));
}

function facts(
  ifIndex: number | null | undefined,
  mac: string | null | undefined,
  mtu: number | null | undefined,
  carrier: boolean | null | undefined,
): string {
  return ifIndex == null ? "absent" : `#${ifIndex} ${mac} mtu ${mtu} ${carrier ? "carrier" : "no carrier"}`;
}
