import type { LabImage } from "@ratchet/contracts";
import { CarrierLog } from "../model/carrier-log.js";
import { Desired } from "../model/desired.js";
import { type PortKey, portKey } from "../model/key.js";
import { Panel, type PanelLink } from "../model/panel.js";
import type { PodNetwork } from "../model/pod-network.js";
import {
  halfNameOfTap,
  isPanelHalfName,
  isTapName,
  isTunnelAlias,
  isTunnelName,
  panelHalfName,
  tapNameOfHalf,
} from "./names.js";

/** A pod's namespace as the agent uses it. */
export interface Sandbox {
  podUid: string;
  phase: "Pending" | "Ready" | "Gone";
  message: string;
  path: string;
  incarnation: number;
  dev: string;
  inode: string;
  /** The panel's id of the namespace: what its events carry. */
  netnsId: number | undefined;
  network: PodNetwork;
  image: LabImage | undefined;
  isManaged: boolean;
}

/** Everything the agent knows: what is asked for, what the kernel has. Only events, dumps and sandboxes change the latter. */
export class World {
  readonly desired = new Desired();
  readonly panel = new Panel();
  readonly sandboxes = new Map<string, Sandbox>();
  readonly carriers = new CarrierLog();
  private readonly byNetnsId = new Map<number, Set<string>>();
  private readonly portByPanelName = new Map<string, PortKey>();
  private readonly panelNames = new Map<PortKey, string>();

  /** The panel half's name; computed once, and from then on the key can be found by it. */
  panelName(podUid: string, ifName: string): string {
    const key = portKey({ podUid, interface: ifName });
    let name = this.panelNames.get(key);
    if (name === undefined) {
      name = panelHalfName({ podUid, interface: ifName });
      this.panelNames.set(key, name);
      this.portByPanelName.set(name, key);
    }
    return name;
  }

  forgetPort(key: PortKey): void {
    const name = this.panelNames.get(key);
    this.panelNames.delete(key);
    if (name !== undefined) this.portByPanelName.delete(name);
  }

  /** The port that a panel half is, or that a TAP device leads to. */
  portOf(link: PanelLink): PortKey | undefined {
    return this.portByPanelName.get(isTap(link) ? halfNameOfTap(link.ifName) : link.ifName);
  }

  /** The TAP device that leads to a port. */
  tap(key: PortKey): PanelLink | undefined {
    const half = this.panelNames.get(key);
    const link = half === undefined ? undefined : this.panel.named(tapNameOfHalf(half));
    return link !== undefined && isTap(link) ? link : undefined;
  }

  panelHalf(key: PortKey): PanelLink | undefined {
    const name = this.panelNames.get(key);
    return name === undefined ? undefined : this.panel.named(name);
  }

  /** The tunnels of ours with this VNI; one that was renamed stands in the way of the one that is asked for. */
  tunnelsOf(vni: number): PanelLink[] {
    if (!this.panel.tunnels.has(vni)) return [];
    return [...this.panel.links.values()].filter(
      (link) => link.vxlan?.vni === vni && (isTunnelName(link.ifName) || isTunnelAlias(link.alias)),
    );
  }

  /** True for devices that only this agent can have made. */
  isOwnPanelLink(link: PanelLink): boolean {
    return (
      (link.kind === "veth" && isPanelHalfName(link.ifName)) ||
      (link.kind === "vxlan" && isTunnelName(link.ifName)) ||
      isTap(link)
    );
  }

  attach(sandbox: Sandbox, netnsId: number): void {
    sandbox.netnsId = netnsId;
    const pods = this.byNetnsId.get(netnsId);
    if (pods === undefined) this.byNetnsId.set(netnsId, new Set([sandbox.podUid]));
    else pods.add(sandbox.podUid);
  }

  detach(sandbox: Sandbox): void {
    if (sandbox.netnsId === undefined) return;
    const pods = this.byNetnsId.get(sandbox.netnsId);
    pods?.delete(sandbox.podUid);
    if (pods?.size === 0) this.byNetnsId.delete(sandbox.netnsId);
    sandbox.netnsId = undefined;
    sandbox.network.clear();
    this.carriers.forgetPod(sandbox.podUid);
  }

  podsIn(netnsId: number): Sandbox[] {
    const found: Sandbox[] = [];
    for (const uid of this.byNetnsId.get(netnsId) ?? []) {
      const sandbox = this.sandboxes.get(uid);
      if (sandbox !== undefined) found.push(sandbox);
    }
    return found;
  }

  readySandbox(podUid: string): Sandbox | undefined {
    const sandbox = this.sandboxes.get(podUid);
    return sandbox?.phase === "Ready" ? sandbox : undefined;
  }
}

/** One of the relay's: its device, not the agent's to make or delete. */
export function isTap(link: PanelLink): boolean {
  return link.kind === "tun" && isTapName(link.ifName);
}
