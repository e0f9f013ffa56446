import type { Action } from "../executor/action.js";
import { type PortKey, portKey } from "../model/key.js";
import type { PanelLink } from "../model/panel.js";
import type { NetlinkSocket } from "../netlink/socket.js";
import { dumpAddresses } from "../rtnetlink/address.js";
import type { KernelEvent } from "../rtnetlink/kernel-events.js";
import type { KernelLink } from "../rtnetlink/kernel-link.js";
import { dumpLinks } from "../rtnetlink/link.js";
import { dumpQdiscs, type KernelQdisc } from "../rtnetlink/qdisc.js";
import { readRedirects } from "../rtnetlink/redirect.js";
import { dumpRoutes } from "../rtnetlink/route.js";
import { shaperNews } from "../rtnetlink/shaper.js";
import { toOwnRoute, toPanelLink, toPodAddress, toPodLink } from "./convert.js";
import type { Dirty } from "./dirty.js";
import { isTap, type Sandbox, type World } from "./world.js";

type KernelChange = Exclude<KernelEvent, { type: "overrun" }>;

/**
 * Keeps the world's picture of the kernel: takes in events and dumps, and marks what each concerns.
 * Nothing else writes that picture, so what the planner compares with is always what the kernel said last.
 */
export class Observer {
  private readonly replaced = new Set<number>();

  constructor(
    private readonly world: World,
    private readonly dirty: Dirty,
    private readonly panelPath: string,
    private readonly hasNetem = false,
    /** The relay's device that leads to a port is gone. */
    private readonly tapGone: (key: PortKey) => void = () => {},
  ) {}

  take(event: KernelEvent): void {
    if (event.type === "overrun") this.dirty.resync = "all";
    else if (event.netnsId === undefined) this.takePanel(event);
    else for (const sandbox of this.world.podsIn(event.netnsId)) this.takePod(sandbox, event);
  }

  /**
   * Takes in what an action of ours did and the kernel keeps to itself: it tells of a new alias only where the
   * interface is up (netdev_state_change in net/core/dev.c).
   */
  takeAlias(action: Action): void {
    const { panel } = this.world;
    if (action.op === "createVeth") {
      const link = panel.named(action.end.ifName);
      if (link !== undefined && action.end.alias !== undefined) panel.put({ ...link, alias: action.end.alias });
    }
    if (action.op !== "setLink" || action.alias === undefined || !("ifIndex" in action.link)) return;
    const { alias, netns } = action;
    const { ifIndex } = action.link;
    const half = netns === this.panelPath ? panel.links.get(ifIndex) : undefined;
    if (half !== undefined) panel.put({ ...half, alias });
    for (const { path, network } of this.world.sandboxes.values()) {
      const link = path === netns ? network.links.get(ifIndex) : undefined;
      if (link !== undefined) network.put({ ...link, alias });
    }
  }

  /**
   * Reads the cross-connects that were replaced: the kernel tells of a replacement by showing the filter that was
   * there before (u32_change in net/sched/cls_u32.c).
   */
  readReplaced(socket: NetlinkSocket): void {
    if (this.replaced.size === 0) return;
    const { redirects } = this.world.panel;
    for (const ifIndex of this.replaced) redirects.delete(ifIndex);
    for (const { from, to } of readRedirects(socket, [...this.replaced])) redirects.set(from, to);
    this.replaced.clear();
  }

  /** One dump of links and one exchange for the cross-connects, however many pods there are. */
  readPanel(socket: NetlinkSocket): void {
    const { panel } = this.world;
    const before = [...panel.links.values()];
    panel.clear();
    for (const link of dumpLinks(socket, { withoutStats: true })) panel.put(toPanelLink(link));
    const ours = [...panel.links.values()].filter((link) => this.world.isOwnPanelLink(link));
    for (const { from, to } of readRedirects(
      socket,
      ours.map((link) => link.ifIndex),
    ))
      panel.redirects.set(from, to);
    if (this.hasNetem) for (const qdisc of dumpQdiscs(socket)) this.takeShaper(qdisc, false);
    for (const link of before) if (!panel.links.has(link.ifIndex)) this.markPanelLink(link);
    for (const link of panel.links.values()) this.markPanelLink(link);
  }

  /** Reads one pod's links, addresses and routes. The socket is the caller's, of the pod's namespace. */
  readPod(sandbox: Sandbox, socket: NetlinkSocket): void {
    const { network } = sandbox;
    network.clear();
    for (const link of dumpLinks(socket, { withoutStats: true })) {
      network.put(toPodLink(link));
      this.noteCarrier(sandbox, link);
    }
    for (const address of dumpAddresses(socket)) network.putAddress(toPodAddress(address));
    for (const found of dumpRoutes(socket)) {
      const route = toOwnRoute(found);
      if (route !== undefined) network.putRoute(route);
    }
    this.dirty.pods.add(sandbox.podUid);
    for (const key of this.world.desired.portsOf(sandbox.podUid)) this.dirty.ports.add(key);
  }

  private takePanel(event: KernelChange): void {
    const { panel } = this.world;
    switch (event.type) {
      case "link": {
        if (event.isGone) {
          const pointing = [...this.pointingTo(event.link.ifIndex)];
          const gone = panel.remove(event.link.ifIndex);
          for (const link of gone === undefined ? pointing : [gone, ...pointing]) this.markPanelLink(link);
          const key = gone !== undefined && isTap(gone) ? this.world.portOf(gone) : undefined;
          if (key !== undefined) this.tapGone(key);
          return;
        }
        const link = toPanelLink(event.link);
        const before = panel.links.get(link.ifIndex);
        panel.put(link);
        // Renamed: the port that had it under its former name has it no more.
        if (before !== undefined && before.ifName !== link.ifName) this.markPanelLink(before);
        this.markPanelLink(link);
        return;
      }
      case "filter": {
        const { ifIndex, redirect } = event;
        if (redirect?.hook === "egress") return;
        if (event.isGone) panel.redirects.delete(ifIndex);
        else if (panel.redirects.has(ifIndex)) this.replaced.add(ifIndex);
        else if (redirect !== undefined) panel.redirects.set(ifIndex, redirect.to);
        this.markIndex(ifIndex);
        return;
      }
      case "qdisc":
        if (this.takeShaper(event.qdisc, event.isGone)) this.markIndex(event.qdisc.ifIndex);
        if (event.qdisc.kind !== "clsact" || !event.isGone) return;
        panel.redirects.delete(event.qdisc.ifIndex);
        this.markIndex(event.qdisc.ifIndex);
        return;
      case "netnsId":
        if (event.isGone) for (const { podUid } of this.world.podsIn(event.id)) this.dirty.pods.add(podUid);
        return;
    }
  }

  private takePod(sandbox: Sandbox, event: KernelChange): void {
    const { network } = sandbox;
    switch (event.type) {
      case "link": {
        const { ifIndex, ifName } = event.link;
        const before = network.links.get(ifIndex);
        this.markPeer(sandbox, ifIndex);
        if (event.isGone) {
          network.remove(ifIndex);
          this.world.carriers.forgetInterface(sandbox.podUid, ifName);
        } else {
          network.put(toPodLink(event.link));
          this.noteCarrier(sandbox, event.link);
        }
        if (before !== undefined) this.markPodName(sandbox, before.ifName);
        if (!event.isGone) this.markPodName(sandbox, ifName);
        this.markPeer(sandbox, ifIndex);
        return;
      }
      case "address": {
        const { address } = event;
        if (event.isGone) network.removeAddress(address.ifIndex, address.address);
        else network.putAddress(toPodAddress(address));
        this.markPodIndex(sandbox, address.ifIndex);
        return;
      }
      case "route": {
        const route = toOwnRoute(event.route);
        if (route === undefined) return;
        if (event.isGone) network.removeRoute(route);
        else network.putRoute(route);
        this.markPodIndex(sandbox, route.ifIndex);
        return;
      }
    }
  }

  private noteCarrier({ podUid }: Sandbox, { ifName, ifIndex, hasCarrier, carrierChanges }: KernelLink): void {
    if (ifName === "lo") return;
    this.world.carriers.note(podUid, ifName, { ifIndex, hasCarrier, count: carrierChanges }, Date.now());
  }

  /** True when it concerns what impairs frames. */
  private takeShaper(qdisc: KernelQdisc, isGone: boolean): boolean {
    const { shapers } = this.world.panel;
    const news = shaperNews(qdisc, isGone);
    if (news === undefined) return false;
    if (news === "gone") return shapers.delete(qdisc.ifIndex);
    shapers.set(qdisc.ifIndex, { ...shapers.get(qdisc.ifIndex), ...news });
    return true;
  }

  private *pointingTo(ifIndex: number): Generator<PanelLink> {
    for (const [from, to] of this.world.panel.redirects) {
      const link = to === ifIndex ? this.world.panel.links.get(from) : undefined;
      if (link !== undefined) yield link;
    }
  }

  private markIndex(ifIndex: number): void {
    const link = this.world.panel.links.get(ifIndex);
    if (link !== undefined) this.markPanelLink(link);
  }

  private markPanelLink(link: PanelLink): void {
    const key = this.world.portOf(link);
    if (key !== undefined) this.dirty.ports.add(key);
    else if (link.vxlan !== undefined) this.dirty.vnis.add(link.vxlan.vni);
  }

  private markPodIndex(sandbox: Sandbox, ifIndex: number): void {
    const link = sandbox.network.links.get(ifIndex);
    if (link !== undefined) this.markPodName(sandbox, link.ifName);
  }

  private markPodName(sandbox: Sandbox, ifName: string): void {
    if (ifName === "lo") this.dirty.pods.add(sandbox.podUid);
    const key = portKey({ podUid: sandbox.podUid, interface: ifName });
    if (this.world.desired.ports.has(key)) this.dirty.ports.add(key);
  }

  // A half that was renamed is known by its other half alone. Only ports that are not as asked need the search.
  private markPeer(sandbox: Sandbox, ifIndex: number): void {
    const link = sandbox.network.links.get(ifIndex);
    if (link === undefined || this.world.desired.ports.has(portKey({ podUid: sandbox.podUid, interface: link.ifName })))
      return;
    for (const key of this.world.desired.portsOf(sandbox.podUid)) {
      if (this.world.panelHalf(key)?.peerIndex === ifIndex) this.dirty.ports.add(key);
    }
  }
}
