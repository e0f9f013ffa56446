import { OWN_PROTOCOL } from "../model/ownership.js";
import type { PanelLink } from "../model/panel.js";
import type { OwnRoute, PodAddress, PodLink } from "../model/pod-network.js";
import type { KernelAddress } from "../rtnetlink/address.js";
import type { KernelLink } from "../rtnetlink/kernel-link.js";
import { AF_INET6 } from "../rtnetlink/message-types.js";
import type { KernelRoute } from "../rtnetlink/route.js";

const RT_TABLE_MAIN = 254;

/** What the agent keeps of a device in the panel. */
export function toPanelLink(link: KernelLink): PanelLink {
  return {
    ifIndex: link.ifIndex,
    ifName: link.ifName,
    alias: link.alias ?? "",
    kind: link.kind ?? "",
    mtuBytes: link.mtuBytes,
    isUp: link.isUp,
    hasCarrier: link.hasCarrier,
    peerIndex: link.peerIndex ?? 0,
    peerNetnsId: link.linkNetnsId,
    vxlan:
      link.vxlan === undefined
        ? undefined
        : {
            vni: link.vxlan.vni,
            local: link.vxlan.local,
            remote: link.vxlan.remote,
            dstPort: link.vxlan.dstPort,
          },
  };
}

export function toPodLink(link: KernelLink): PodLink {
  return {
    ifIndex: link.ifIndex,
    ifName: link.ifName,
    alias: link.alias ?? "",
    mac: link.mac,
    mtuBytes: link.mtuBytes,
    isUp: link.isUp,
    hasCarrier: link.hasCarrier,
    operState: link.operState,
  };
}

export function toPodAddress(address: KernelAddress): PodAddress {
  return { ifIndex: address.ifIndex, address: address.address, isOwn: address.protocol === OWN_PROTOCOL };
}

/** Undefined for a route that is not Ratchet's. */
export function toOwnRoute(route: KernelRoute): OwnRoute | undefined {
  if (route.protocol !== OWN_PROTOCOL || route.table !== RT_TABLE_MAIN || route.ifIndex === undefined) return undefined;
  return { ifIndex: route.ifIndex, to: route.to, via: route.via, family: route.family === AF_INET6 ? 6 : 4 };
}
