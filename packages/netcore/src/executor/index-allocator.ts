import type { NetlinkSocket } from "../netlink/socket.js";
import { dumpLinks } from "../rtnetlink/link.js";

// Far above what the kernel gives to interfaces that somebody makes by hand (it counts from 1), so that the two
// never meet.
const FIRST_INDEX = 1000;

/**
 * Chooses interface indexes for what is made in one namespace of ours. Knowing an index before the interface exists
 * lets everything that refers to it travel in the same datagram as its creation.
 */
export class IndexAllocator {
  private constructor(private following: number) {}

  static of(socket: NetlinkSocket): IndexAllocator {
    const highest = dumpLinks(socket, { withoutStats: true }).reduce((max, link) => Math.max(max, link.ifIndex), 0);
    return new IndexAllocator(Math.max(highest + 1, FIRST_INDEX));
  }

  next(): number {
    return this.following++;
  }
}
