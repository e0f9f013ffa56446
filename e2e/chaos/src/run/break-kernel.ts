import type { LabNames } from "@ratchet/lab";
import { type SeenNode, seeKernel } from "../look/kernel.js";
import { run } from "../look/namespace.js";
import type { Break } from "../schedule/operation.js";

/** What a break did, when there was something to break. */
export interface Broken {
  /** `namespace/pod:interface` of a port that was removed and has to be made anew. */
  port?: string;
  /** `namespace/pod` whose namespace was pulled away. */
  pod?: { namespace: string; name: string };
}

/** Breaks something by hand, as somebody at the machine would. */
export async function breakKernel(names: LabNames, { break: kind, node, pick }: Break): Promise<Broken> {
  const panel = names.panel(node);
  const seen = (await seeKernel(names, [node])).nodes.get(node) as SeenNode;
  const choose = <T>(list: readonly T[]): T | undefined => list[Math.floor(pick * list.length)];
  const half = choose(seen.panel.links.filter(({ ifalias }) => ifalias?.includes(":")).sort(byAlias));
  const tunnel = choose(seen.panel.links.filter(({ ifalias }) => ifalias?.startsWith("tunnel ")).sort(byAlias));
  const port = choose(portsIn(seen));
  const inPanel = (...argv: string[]) => run("ip", "-n", panel, ...argv);
  switch (kind) {
    case "panelHalfDelete":
      if (half === undefined) return {};
      await inPanel("link", "del", half.ifname);
      return { port: half.ifalias as string };
    case "panelHalfDown":
      if (half !== undefined) await inPanel("link", "set", half.ifname, "down");
      return {};
    case "panelHalfMtu":
      if (half !== undefined) await inPanel("link", "set", half.ifname, "mtu", "1280");
      return {};
    case "panelHalfRename":
      if (half === undefined) return {};
      await inPanel("link", "set", half.ifname, "down");
      await inPanel("link", "set", half.ifname, "name", "elsewhere");
      return { port: half.ifalias as string };
    case "panelFilterDelete":
      if (half !== undefined) await run("tc", "-n", panel, "filter", "del", "dev", half.ifname, "ingress");
      return {};
    case "panelFilterAstray": {
      const other = choose(
        seen.panel.links.filter(({ ifname }) => ifname !== half?.ifname && ifname !== "lo").sort(byAlias),
      );
      if (half === undefined || other === undefined) return {};
      const match = ["protocol", "all", "prio", "1", "u32", "match", "u32", "0", "0"];
      const device = ["dev", half.ifname, "ingress"];
      await run("tc", "-n", panel, "filter", "del", ...device);
      await run(
        "tc",
        "-n",
        panel,
        "filter",
        "add",
        ...device,
        ...match,
        "action",
        "mirred",
        "egress",
        "redirect",
        "dev",
        other.ifname,
      );
      return {};
    }
    case "panelQdiscDelete":
      if (half !== undefined) await run("tc", "-n", panel, "qdisc", "del", "dev", half.ifname, "clsact");
      return {};
    case "tunnelDelete":
      if (tunnel !== undefined) await inPanel("link", "del", tunnel.ifname);
      return {};
    case "tunnelDown":
      if (tunnel !== undefined) await inPanel("link", "set", tunnel.ifname, "down");
      return {};
    case "tunnelRename":
      if (tunnel === undefined) return {};
      await inPanel("link", "set", tunnel.ifname, "down");
      await inPanel("link", "set", tunnel.ifname, "name", "elsewhere");
      return {};
    case "podAddressDelete":
      if (port !== undefined) await run("ip", "-n", port.netns, "addr", "flush", "dev", port.ifName, "scope", "global");
      return {};
    case "podRouteDelete":
      if (port !== undefined) await run("ip", "-n", port.netns, "route", "flush", "dev", port.ifName, "proto", "82");
      return {};
    case "podLinkDelete":
      if (port === undefined) return {};
      await run("ip", "-n", port.netns, "link", "del", port.ifName);
      return { port: port.alias };
    case "podLinkMtu":
      if (port !== undefined) await run("ip", "-n", port.netns, "link", "set", port.ifName, "mtu", "1280");
      return {};
    case "podNamespaceDelete": {
      const pod = choose([...seen.pods].sort(([a], [b]) => (a < b ? -1 : 1)));
      if (pod === undefined) return {};
      const [namespace = "", name = ""] = pod[0].split(".");
      const { isOk } = await run("ip", "netns", "del", pod[1].netns);
      return isOk ? { pod: { namespace, name } } : {};
    }
  }
}

function portsIn(seen: SeenNode): { netns: string; ifName: string; alias: string }[] {
  return [...seen.pods]
    .flatMap(([key, { netns, links }]) =>
      links
        .filter(({ ifname }) => ifname !== "lo")
        .map(({ ifname }) => ({ netns, ifName: ifname, alias: `${key.replace(".", "/")}:${ifname}` })),
    )
    .sort((a, b) => (a.alias < b.alias ? -1 : 1));
}

function byAlias(a: { ifalias?: string }, b: { ifalias?: string }): number {
  return (a.ifalias ?? "") < (b.ifalias ?? "") ? -1 : 1;
}
