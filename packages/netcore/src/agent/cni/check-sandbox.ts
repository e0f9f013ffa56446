import type { AssignedPort } from "@ratchet/contracts";
import { NetlinkSocket } from "../../netlink/socket.js";
import { dumpAddresses } from "../../rtnetlink/address.js";
import { dumpLinks } from "../../rtnetlink/link.js";

/** What a namespace lacks of what its pod was given, in words; empty when it lacks nothing. Asks the kernel itself. */
export function missingInSandbox(netns: string, ports: readonly AssignedPort[]): string[] {
  const { links, addresses } = NetlinkSocket.use(netns, (socket) => ({
    links: dumpLinks(socket, { withoutStats: true }),
    addresses: dumpAddresses(socket),
  }));
  return ports.flatMap((port) => {
    const link = links.find(({ ifName }) => ifName === port.interface);
    if (link === undefined) return [`interface ${port.interface} is not there`];
    const has = new Set(addresses.filter(({ ifIndex }) => ifIndex === link.ifIndex).map(({ address }) => address));
    return port.addresses
      .filter((address) => !has.has(address))
      .map((address) => `address ${address} is not on ${port.interface}`);
  });
}
