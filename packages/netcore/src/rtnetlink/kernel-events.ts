import type { NetnsRef } from "../ffi/netns.js";
import { NetlinkDecodeError } from "../netlink/decode-error.js";
import { NetlinkListener } from "../netlink/listener.js";
import { type Message, readMessages } from "../netlink/message-reader.js";
import { type KernelAddress, readAddress } from "./address.js";
import { type KernelLink, readLink } from "./kernel-link.js";
import * as T from "./message-types.js";
import { readNetnsId } from "./netns-id.js";
import { type KernelQdisc, readQdisc } from "./qdisc.js";
import { type KernelRedirect, readRedirect } from "./redirect.js";
import { type KernelRoute, readRoute } from "./route.js";

// enum rtnetlink_groups (include/uapi/linux/rtnetlink.h)
export const GROUPS = {
  link: 1,
  trafficControl: 4,
  address4: 5,
  route4: 7,
  address6: 9,
  route6: 11,
  netnsId: 28,
} as const;

interface Origin {
  /** Id of the namespace it happened in; undefined = the listener's own. */
  netnsId: number | undefined;
  /** True: it is gone. False: it is new or has changed. */
  isGone: boolean;
}

/** One change that the kernel tells of. */
export type KernelEvent =
  | (Origin & { type: "link"; link: KernelLink })
  | (Origin & { type: "address"; address: KernelAddress })
  | (Origin & { type: "route"; route: KernelRoute })
  | (Origin & { type: "qdisc"; qdisc: KernelQdisc })
  /** `redirect` is absent when the message tells no target: a whole priority deleted, or a filter of another shape. */
  | (Origin & { type: "filter"; ifIndex: number; redirect: KernelRedirect | undefined })
  /** A namespace got, or lost (it ended), its id. */
  | (Origin & { type: "netnsId"; id: number })
  /** Notifications were lost: look at everything again. */
  | { type: "overrun" };

export interface KernelEventsOptions {
  netns?: NetnsRef;
  groups?: readonly number[];
  isAllNetns?: boolean;
  receiveBufferBytes?: number;
}

/**
 * Follows what happens in a namespace and, with `isAllNetns`, in every namespace that has an id in it. A datagram
 * that cannot be decoded counts as lost: an overrun. Returns the listener; close it to stop.
 */
export function listenKernelEvents(
  options: KernelEventsOptions,
  onEvent: (event: KernelEvent) => void,
): NetlinkListener {
  const groups = options.groups ?? Object.values(GROUPS);
  return NetlinkListener.open(
    { ...options, groups },
    {
      onOverrun: () => onEvent({ type: "overrun" }),
      onDatagram(datagram, netnsId) {
        for (const event of readEvents(datagram, netnsId)) onEvent(event);
      },
    },
  );
}

/** The events of one datagram. Never throws: undecodable bytes are an overrun. */
export function readEvents(datagram: Buffer, netnsId?: number): KernelEvent[] {
  const events: KernelEvent[] = [];
  try {
    for (const message of readMessages(datagram)) {
      const event = readEvent(message, netnsId);
      if (event !== undefined) events.push(event);
    }
  } catch (error) {
    if (!(error instanceof NetlinkDecodeError)) throw error;
    events.push({ type: "overrun" });
  }
  return events;
}

function readEvent(message: Message, netnsId: number | undefined): KernelEvent | undefined {
  switch (message.type) {
    case T.RTM_NEWLINK:
    case T.RTM_DELLINK: {
      // A bridge tells of its ports once more in AF_BRIDGE messages, whose DELLINK means "left the bridge".
      if (message.u8(0) !== T.AF_UNSPEC) return undefined;
      const link = readLink(message);
      return link && { type: "link", netnsId, isGone: message.type === T.RTM_DELLINK, link };
    }
    case T.RTM_NEWADDR:
    case T.RTM_DELADDR: {
      const address = readAddress(message);
      return address && { type: "address", netnsId, isGone: message.type === T.RTM_DELADDR, address };
    }
    case T.RTM_NEWROUTE:
    case T.RTM_DELROUTE: {
      const route = readRoute(message);
      return route && { type: "route", netnsId, isGone: message.type === T.RTM_DELROUTE, route };
    }
    case T.RTM_NEWQDISC:
    case T.RTM_DELQDISC: {
      const qdisc = readQdisc(message);
      return qdisc && { type: "qdisc", netnsId, isGone: message.type === T.RTM_DELQDISC, qdisc };
    }
    case T.RTM_NEWTFILTER:
    case T.RTM_DELTFILTER: {
      const redirect = readRedirect(message);
      const isGone = message.type === T.RTM_DELTFILTER;
      return { type: "filter", netnsId, isGone, ifIndex: message.s32(4), redirect };
    }
    case T.RTM_NEWNSID:
    case T.RTM_DELNSID: {
      const id = readNetnsId(message);
      return id === undefined ? undefined : { type: "netnsId", netnsId, isGone: message.type === T.RTM_DELNSID, id };
    }
  }
  return undefined;
}
