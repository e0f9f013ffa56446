import { expect, test } from "vitest";
import { useFreshNetns } from "../ffi/testing/fresh-netns.js";
import { isNotFound } from "../netlink/error.js";
import { NetlinkSocket } from "../netlink/socket.js";
import { addAddress, deleteAddress, dumpAddresses } from "./address.js";
import { setLink } from "./link.js";
import { deleteNeighbour, dumpNeighbours, NUD_PERMANENT, replaceNeighbour } from "./neighbour.js";
import { deleteRoute, dumpRoutes, replaceRoute } from "./route.js";
import { newVeth } from "./veth.js";

const fresh = useFreshNetns();
const OURS = 77;

/** A namespace with a pair of interfaces, 10 and 11, up. */
function withPair(use: (socket: NetlinkSocket, netns: ReturnType<typeof fresh>) => void): void {
  const netns = fresh();
  NetlinkSocket.use(netns.path, (socket) => {
    socket.request(newVeth({ ifName: "v0", ifIndex: 10, isUp: true }, { ifName: "v1", ifIndex: 11 }));
    socket.request(setLink({ ifIndex: 11 }, { isUp: true }));
    use(socket, netns);
  });
}

test.each(["10.1.0.1/24", "10.1.0.0/31", "10.1.0.7/32", "fd00:1::1/64", "fd00:1::a/127"])(
  "address %s is set at once, marked, and taken away",
  (address) => {
    withPair((socket, netns) => {
      socket.request(addAddress({ ifIndex: 10, address, protocol: OURS }));
      socket.request(addAddress({ ifIndex: 10, address, protocol: OURS }));
      const [ip, length] = address.split("/");
      const [shown] = netns.ip("addr", "show", "dev", "v0") as { addr_info: object[] }[];
      const info = shown!.addr_info.filter((entry) => "local" in entry && entry.local === ip);
      expect(info).toMatchObject([{ local: ip, prefixlen: Number(length) }]);
      expect(info[0]).not.toHaveProperty("tentative");
      expect(dumpAddresses(socket)).toContainEqual(expect.objectContaining({ ifIndex: 10, address, protocol: OURS }));
      socket.request(deleteAddress({ ifIndex: 10, address }));
      expect(dumpAddresses(socket).map((found) => found.address)).not.toContain(address);
      const [again] = socket.batch([deleteAddress({ ifIndex: 10, address })]);
      expect(again!.ok === false && isNotFound(again!.error)).toBe(true);
    });
  },
);

test.each([
  { address: "10.1.0.1/24", to: "10.20.0.0/16", via: "10.1.0.2", other: "10.1.0.3" },
  { address: "10.1.0.1/24", to: "default", via: "10.1.0.2", other: "10.1.0.3" },
  { address: "fd00:1::1/64", to: "fd00:20::/64", via: "fd00:1::2", other: "fd00:1::3" },
  { address: "fd00:1::1/64", to: "default", via: "fd00:1::2", other: "fd00:1::3" },
])("route to $to via $via is set, replaced, marked and taken away", ({ address, to, via, other }) => {
  withPair((socket, netns) => {
    socket.request(addAddress({ ifIndex: 10, address }));
    const six = via.includes(":") ? ["-6"] : [];
    const ours = () => dumpRoutes(socket).filter((route) => route.protocol === OURS);
    socket.request(replaceRoute({ to, via, ifIndex: 10, protocol: OURS, metric: 50 }));
    expect(netns.ip(...six, "route", "show", "proto", String(OURS))).toMatchObject([
      { dst: to, gateway: via, dev: "v0", metric: 50 },
    ]);
    socket.request(replaceRoute({ to, via: other, ifIndex: 10, protocol: OURS, metric: 50 }));
    expect(ours()).toMatchObject([{ to, via: other, ifIndex: 10, protocol: OURS, metric: 50, table: 254 }]);
    socket.request(deleteRoute({ to, via: other, ifIndex: 10, protocol: OURS }));
    expect(ours()).toEqual([]);
    const [again] = socket.batch([deleteRoute({ to, via: other, ifIndex: 10, protocol: OURS })]);
    expect(again!.ok === false && isNotFound(again!.error)).toBe(true);
  });
});

test("a route straight onto the interface has link scope", () => {
  withPair((socket, netns) => {
    socket.request(replaceRoute({ to: "10.30.0.0/24", ifIndex: 10, protocol: OURS }));
    expect(netns.ip("route", "show", "10.30.0.0/24")).toMatchObject([{ dev: "v0", scope: "link" }]);
  });
});

test.each(["10.1.0.9", "fd00:1::9"])("neighbour %s is set, replaced and taken away", (address) => {
  withPair((socket, netns) => {
    socket.request(replaceNeighbour({ ifIndex: 10, address, mac: "02:00:00:00:00:01" }));
    socket.request(replaceNeighbour({ ifIndex: 10, address, mac: "02:00:00:00:00:02" }));
    expect(netns.ip("neigh", "show", "dev", "v0")).toContainEqual(
      expect.objectContaining({ dst: address, lladdr: "02:00:00:00:00:02", state: ["PERMANENT"] }),
    );
    expect(dumpNeighbours(socket)).toContainEqual({
      ifIndex: 10,
      address,
      mac: "02:00:00:00:00:02",
      state: NUD_PERMANENT,
    });
    socket.request(deleteNeighbour(10, address));
    expect(dumpNeighbours(socket).filter((entry) => entry.address === address)).not.toContainEqual(
      expect.objectContaining({ state: NUD_PERMANENT }),
    );
  });
});
