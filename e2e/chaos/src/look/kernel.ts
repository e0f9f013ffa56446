import { readdirSync, statSync } from "node:fs";
import type { LabNames } from "@ratchet/lab";
import { batch, documents, type IpLink, type IpRoute, run } from "./namespace.js";

export interface SeenPod {
  netns: string;
  inode: number;
  links: IpLink[];
  routes: IpRoute[];
}

export interface SeenPanel {
  links: IpLink[];
  /** By name of the interface: where its frames go by the first rule. Anything but a match-all redirect reads as `odd`. */
  leadsTo: Map<string, string>;
}

export interface SeenNode {
  panel: SeenPanel;
  own: IpLink[];
  /** By `namespace.pod`. */
  pods: Map<string, SeenPod>;
}

export interface Seen {
  /** Namespaces of the lab that are none of its nodes', panels' and pods'. */
  strangers: string[];
  nodes: Map<string, SeenNode>;
}

/** Reads what every namespace of the lab has, with `ip` and `tc` alone. */
export async function seeKernel(names: LabNames, nodes: readonly string[]): Promise<Seen> {
  const all = readdirSync("/run/netns").filter((name) => name.startsWith(names.prefix));
  const rest = new Set(all);
  rest.delete(names.underlay);
  const seen: Seen = { strangers: [], nodes: new Map() };
  for (const node of nodes) {
    rest.delete(names.node(node));
    rest.delete(names.panel(node));
    const pods = new Map<string, SeenPod>();
    const prefix = `${names.podPrefix(node)}.`;
    const netnsOfPods = all.filter((name) => name.startsWith(prefix) && name.slice(prefix.length).includes("."));
    const found = await Promise.all(netnsOfPods.map(seePod));
    for (const pod of found) {
      if (pod === undefined) continue;
      rest.delete(pod.netns);
      pods.set(pod.netns.slice(prefix.length), pod);
    }
    const [panel, own] = await Promise.all([seePanel(names.panel(node)), seeLinks(names.node(node))]);
    seen.nodes.set(node, { panel, own, pods });
  }
  seen.strangers = [...rest];
  return seen;
}

async function seePod(netns: string): Promise<SeenPod | undefined> {
  try {
    const { ino: inode } = statSync(`/run/netns/${netns}`);
    const output = await batch("ip", netns, ["addr show", "route show table all"], "-j", "-d");
    const [links = [], routes = []] = documents<unknown[]>(output) as [IpLink[], IpRoute[]];
    return { netns, inode, links, routes };
  } catch {
    // Gone while it was looked at.
    return undefined;
  }
}

async function seeLinks(netns: string): Promise<IpLink[]> {
  const { stdout } = await run("ip", "-n", netns, "-j", "-d", "addr", "show");
  return stdout === "" ? [] : (JSON.parse(stdout) as IpLink[]);
}

interface TcFilter {
  kind: string;
  protocol: string;
  options?: {
    fh: string;
    match?: { value: string; mask: string };
    actions?: { kind: string; mirred_action?: string; direction?: string; to_dev?: string }[];
  };
}

async function seePanel(netns: string): Promise<SeenPanel> {
  const links = await seeLinks(netns);
  const qdiscs = documents<{ kind: string; dev: string }[]>(await batch("tc", netns, ["qdisc show"], "-j")).flat();
  const devices = [...new Set(qdiscs.filter(({ kind }) => kind === "clsact").map(({ dev }) => dev))];
  const leadsTo = new Map<string, string>();
  if (devices.length === 0) return { links, leadsTo };
  const lines = devices.map((device) => `filter show dev ${device} ingress`);
  const filters = documents<TcFilter[]>(await batch("tc", netns, lines, "-j"));
  for (const [index, device] of devices.entries()) {
    const rules = (filters[index] ?? []).filter(({ options }) => options?.actions !== undefined);
    const [first] = rules;
    if (first !== undefined) leadsTo.set(device, target(first));
  }
  return { links, leadsTo };
}

function target({ kind, protocol, options }: TcFilter): string {
  const [action, ...others] = options?.actions ?? [];
  const isMatchAll = kind === "u32" && protocol === "all" && options?.match?.mask === "0" && others.length === 0;
  const isRedirect = action?.kind === "mirred" && action.mirred_action === "redirect" && action.direction === "egress";
  return isMatchAll && isRedirect ? (action.to_dev ?? "odd") : "odd";
}
