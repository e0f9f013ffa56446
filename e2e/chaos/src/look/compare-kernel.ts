import type { Expected, ExpectedNode, ExpectedPod, ExpectedPort, ModelNode } from "../model/expected.js";
import type { Seen, SeenNode, SeenPanel, SeenPod } from "./kernel.js";
import type { IpLink } from "./namespace.js";

// rtm_protocol of the routes that are Ratchet's.
const OWN_PROTOCOL = "82";
const PANEL_NAMES = /^(p[0-9a-f]{12}|vx\d+)$/;

/** Every way in which the kernels differ from what they have to have; empty when they do not. Pure. */
export function compareKernel(
  expected: Expected,
  seen: Seen,
  installationId: string,
  nodes: readonly ModelNode[],
): string[] {
  const differences = seen.strangers.map((name) => `namespace ${name} is left over`);
  for (const { name, address } of nodes) {
    const wanted = expected.nodes.get(name) as ExpectedNode;
    const found = seen.nodes.get(name) as SeenNode;
    const say = (text: string) => differences.push(`node ${name}: ${text}`);
    for (const link of found.own)
      if (!["lo", "eth0"].includes(link.ifname)) say(`interface ${link.ifname} in the node's own namespace`);
    for (const key of found.pods.keys()) if (!wanted.pods.has(key)) say(`namespace of pod ${key} is left over`);
    for (const [key, pod] of wanted.pods) {
      const there = found.pods.get(key);
      if (there === undefined) say(`pod ${key} has no namespace`);
      else comparePod(pod, there, installationId, (text) => say(`pod ${key}: ${text}`));
    }
    comparePanel(wanted, found, address, (text) => say(`panel: ${text}`));
  }
  return differences;
}

function comparePod(wanted: ExpectedPod, found: SeenPod, installationId: string, say: (text: string) => void): void {
  const loopback = found.links.find(({ ifname }) => ifname === "lo");
  same("addresses of lo", globalAddresses(loopback), wanted.loopback, say);
  for (const link of found.links) {
    if (link.ifname !== "lo" && !wanted.ports.has(link.ifname)) say(`interface ${link.ifname} is left over`);
  }
  for (const [ifName, port] of wanted.ports) {
    const link = found.links.find(({ ifname }) => ifname === ifName);
    if (link === undefined) {
      say(`interface ${ifName} is missing`);
      continue;
    }
    comparePort(port, link, installationId, (text) => say(`${ifName} ${text}`));
    const routes = found.routes
      .filter(({ dev, protocol }) => dev === ifName && protocol === OWN_PROTOCOL)
      .map(({ dst, gateway }) => (gateway === undefined ? dst : `${dst} via ${gateway}`));
    same(`routes of ${ifName}`, routes, port.routes, say);
  }
}

function comparePort(port: ExpectedPort, link: IpLink, installationId: string, say: (text: string) => void): void {
  if (!link.flags.includes("UP")) say("is down");
  if (hasCarrier(link) !== port.hasCarrier) say(port.hasCarrier ? "has no carrier" : "has carrier");
  if (link.mtu !== port.mtuBytes) say(`has MTU ${link.mtu} instead of ${port.mtuBytes}`);
  if (port.mac !== undefined && link.address !== port.mac) say(`has MAC ${link.address} instead of ${port.mac}`);
  const alias = `ratchet ${installationId} ${port.alias}`;
  if (link.ifalias !== alias) say(`has alias "${link.ifalias}" instead of "${alias}"`);
  same("addresses", globalAddresses(link), port.addresses, say);
}

function comparePanel(wanted: ExpectedNode, found: SeenNode, address: string, say: (text: string) => void): void {
  const { panel } = found;
  const byAlias = new Map<string, IpLink>();
  for (const link of panel.links) {
    if (link.ifname === "lo") continue;
    const alias = link.ifalias ?? link.ifname;
    if (!PANEL_NAMES.test(link.ifname)) say(`${alias} is called ${link.ifname}`);
    if (byAlias.has(alias)) say(`two interfaces for ${alias}`);
    byAlias.set(alias, link);
  }
  const vnis = new Set<number>();
  for (const { alias, vni, remote, mtuBytes, leadsTo } of wanted.tunnels.values()) {
    const link = byAlias.get(alias);
    byAlias.delete(alias);
    if (link === undefined) {
      say(`${alias} is missing`);
      continue;
    }
    const { id, remote: toward, local } = link.linkinfo?.info_data ?? {};
    if (vni !== undefined && id !== vni) say(`${alias} has VNI ${id} instead of ${vni}`);
    if (vnis.has(id ?? -1)) say(`VNI ${id} is there twice`);
    vnis.add(id ?? -1);
    if (toward !== remote) say(`${alias} leads to ${toward} instead of ${remote}`);
    if (local !== address) say(`${alias} comes from ${local} instead of ${address}`);
    if (link.mtu !== mtuBytes) say(`${alias} has MTU ${link.mtu} instead of ${mtuBytes}`);
    if (leadsTo !== undefined && !link.flags.includes("UP")) say(`${alias} is down`);
    compareRedirect(alias, link, leadsTo, panel, say);
  }
  for (const [key, pod] of wanted.pods) {
    for (const [ifName, port] of pod.ports) {
      const link = byAlias.get(port.alias);
      byAlias.delete(port.alias);
      if (link === undefined) {
        say(`no half for ${port.alias}`);
        continue;
      }
      const podHalf = found.pods.get(key)?.links.find(({ ifname }) => ifname === ifName);
      if (podHalf !== undefined && podHalf.ifindex !== link.link_index)
        say(`${port.alias} is not the other half of ${ifName}`);
      if (link.flags.includes("UP") !== port.hasCarrier)
        say(`half of ${port.alias} is ${port.hasCarrier ? "down" : "up"}`);
      if (link.mtu !== port.mtuBytes) say(`half of ${port.alias} has MTU ${link.mtu} instead of ${port.mtuBytes}`);
      compareRedirect(port.alias, link, port.leadsTo, panel, say);
    }
  }
  for (const [alias, link] of byAlias) say(`${link.ifname} (${alias}) is left over`);
}

function compareRedirect(
  alias: string,
  link: IpLink,
  wanted: string | undefined,
  panel: SeenPanel,
  say: (text: string) => void,
): void {
  if (wanted === undefined) return;
  const device = panel.leadsTo.get(link.ifname);
  const target = panel.links.find(({ ifname }) => ifname === device);
  const leadsTo = target?.ifalias ?? device ?? "nowhere";
  if (leadsTo !== wanted) say(`${alias} leads to ${leadsTo} instead of ${wanted}`);
}

export function hasCarrier(link: IpLink): boolean {
  return link.flags.includes("LOWER_UP");
}

function globalAddresses(link: IpLink | undefined): string[] {
  return (link?.addr_info ?? [])
    .filter(({ scope }) => scope === "global")
    .map(({ local, prefixlen }) => `${local}/${prefixlen}`);
}

function same(what: string, found: readonly string[], wanted: readonly string[], say: (text: string) => void): void {
  const [a, b] = [[...found].sort().join(", "), [...wanted].sort().join(", ")];
  if (a !== b) say(`${what} are [${a}] instead of [${b}]`);
}
