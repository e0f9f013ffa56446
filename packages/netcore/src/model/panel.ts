import type { Shaper } from "./shaper.js";

/** A device in the panel, as events and dumps say. */
export interface PanelLink {
  ifIndex: number;
  ifName: string;
  alias: string;
  kind: string;
  mtuBytes: number;
  isUp: boolean;
  hasCarrier: boolean;
  /** Of a veth: index of the pod's half, and the panel's id of the namespace it lies in. */
  peerIndex: number;
  peerNetnsId: number | undefined;
  vxlan: VxlanEnds | undefined;
}

export interface VxlanEnds {
  vni: number;
  local: string | undefined;
  remote: string | undefined;
  dstPort: number;
}

/** Where frames that arrive at a panel half go; "*" = to a device that has vanished. */
export type RedirectTarget = number | "*";

/** The panel as last heard from the kernel. */
export class Panel {
  readonly links = new Map<number, PanelLink>();
  readonly redirects = new Map<number, RedirectTarget>();
  /** What impairs the frames that leave through a device, as far as it has been told. */
  readonly shapers = new Map<number, Partial<Shaper>>();
  /** VNIs that have a device here. */
  readonly tunnels = new Set<number>();
  private readonly byName = new Map<string, number>();

  named(ifName: string): PanelLink | undefined {
    const ifIndex = this.byName.get(ifName);
    return ifIndex === undefined ? undefined : this.links.get(ifIndex);
  }

  put(link: PanelLink): void {
    const known = this.links.get(link.ifIndex);
    if (known !== undefined && known.ifName !== link.ifName) this.byName.delete(known.ifName);
    this.links.set(link.ifIndex, link);
    this.byName.set(link.ifName, link.ifIndex);
    if (link.vxlan !== undefined) this.tunnels.add(link.vxlan.vni);
  }

  remove(ifIndex: number): PanelLink | undefined {
    const link = this.links.get(ifIndex);
    if (link === undefined) return undefined;
    this.links.delete(ifIndex);
    if (this.byName.get(link.ifName) === ifIndex) this.byName.delete(link.ifName);
    this.redirects.delete(ifIndex);
    this.shapers.delete(ifIndex);
    if (link.vxlan !== undefined) this.tunnels.delete(link.vxlan.vni);
    // The kernel keeps filters that lead to a vanished device, and swallows their frames (act_mirred).
    for (const [from, to] of this.redirects) if (to === ifIndex) this.redirects.set(from, "*");
    return link;
  }

  clear(): void {
    this.links.clear();
    this.redirects.clear();
    this.shapers.clear();
    this.tunnels.clear();
    this.byName.clear();
  }
}
