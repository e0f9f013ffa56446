import { describe, expect, test } from "vitest";
import { closeNetns, openNetns } from "../ffi/netns.js";
import { useFreshNetns } from "../ffi/testing/fresh-netns.js";
import { NetlinkError } from "../netlink/error.js";
import { NetlinkSocket } from "../netlink/socket.js";
import { newBridge } from "./bridge.js";
import { deleteLinks } from "./delete-links.js";
import { deleteLink, dumpLinks, findLink, setLink } from "./link.js";
import { newVeth, type VethFirstHalf, type VethHalf } from "./veth.js";
import { newVxlan } from "./vxlan.js";

const fresh = useFreshNetns();

/** Makes a veth between two namespaces as a port is made. */
function makeVeth(panel: string, pod: string, half: VethFirstHalf, peer: VethHalf): void {
  const podFd = openNetns(pod);
  try {
    NetlinkSocket.use(panel, (socket) => socket.request(newVeth(half, { ...peer, netnsFd: podFd })));
  } finally {
    closeNetns(podFd);
  }
}

describe("veth", () => {
  test("has both halves in their namespaces with name, index, MAC, MTU and state after one request", () => {
    const panel = fresh("panel");
    const pod = fresh("pod");
    const mac = "02:00:00:00:00:0a";
    makeVeth(
      panel.path,
      pod.path,
      { ifName: "p1", ifIndex: 77, mtuBytes: 1450, isUp: true },
      { ifName: "eth-15-bytes-xx", ifIndex: 9, mac, mtuBytes: 1450 },
    );
    NetlinkSocket.use(pod.path, (socket) => socket.request(setLink({ ifIndex: 9 }, { isUp: true })));
    expect(panel.ip("-d", "link", "show", "p1")).toMatchObject([
      { ifindex: 77, ifname: "p1", mtu: 1450, operstate: "UP", linkinfo: { info_kind: "veth" } },
    ]);
    expect(pod.ip("link", "show", "eth-15-bytes-xx")).toMatchObject([
      { ifindex: 9, mtu: 1450, address: mac, operstate: "UP" },
    ]);
    expect(NetlinkSocket.use(pod.path, (socket) => findLink(socket, { ifName: "eth-15-bytes-xx" }))).toMatchObject({
      ifIndex: 9,
      peerIndex: 77,
      kind: "veth",
      mac,
      mtuBytes: 1450,
      isUp: true,
      hasCarrier: true,
      operState: "up",
    });
  });

  test("leaves nothing in either namespace when a name is taken", () => {
    const panel = fresh("panel");
    const pod = fresh("pod");
    makeVeth(panel.path, pod.path, { ifName: "p1" }, { ifName: "e1" });
    let error: unknown;
    try {
      makeVeth(panel.path, pod.path, { ifName: "p2" }, { ifName: "e1" });
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(NetlinkError);
    expect(error).toMatchObject({ op: "newlink", ifName: "p2", code: "EEXIST" });
    expect((error as Error).message).toMatch(/^netlink newlink p2: EEXIST \(file exists\)/);
    expect(panel.ip("link", "show")).toHaveLength(2);
    expect(pod.ip("link", "show")).toHaveLength(2);
  });
});

describe("vxlan", () => {
  test.each([
    { local: "192.0.2.1", remote: "192.0.2.2", prefix: "192.0.2.1/24" },
    { local: "2001:db8::1", remote: "2001:db8::2", prefix: "2001:db8::1/64" },
  ])("appears in the panel with its socket on the underlay: $local", ({ local, remote, prefix }) => {
    const node = fresh("node");
    const panel = fresh("panel");
    node.run("ip", "link", "add", "under0", "type", "veth", "peer", "name", "under1");
    node.run("ip", "link", "set", "under1", "up");
    node.run("ip", "addr", "add", prefix, "dev", "under0", ...(prefix.includes(":") ? ["nodad"] : []));
    node.run("ip", "link", "set", "under0", "up");
    const panelFd = openNetns(panel.path);
    try {
      NetlinkSocket.use(node.path, (socket) => {
        const parentIndex = findLink(socket, { ifName: "under0" })!.ifIndex;
        const common = { local, remote, dstPort: 4789, ttl: 64, netnsFd: panelFd, parentIndex, isUp: true };
        socket.request(newVxlan({ ...common, ifName: "vx100", vni: 100, mtuBytes: 1430 }));
      });
    } finally {
      closeNetns(panelFd);
    }
    const six = local.includes(":");
    expect(panel.ip("-d", "link", "show", "vx100")).toMatchObject([
      {
        mtu: 1430,
        flags: expect.arrayContaining(["UP", "LOWER_UP"]),
        linkinfo: {
          info_kind: "vxlan",
          info_data: { id: 100, port: 4789, ttl: 64, learning: false, [six ? "local6" : "local"]: local },
        },
      },
    ]);
    expect(node.run("ss", "-Huln", "sport", "=", ":4789")).toContain(":4789");
    expect(NetlinkSocket.use(panel.path, (socket) => dumpLinks(socket, { kind: "vxlan" }))).toMatchObject([
      { ifName: "vx100", kind: "vxlan", vxlan: { vni: 100, local, remote, dstPort: 4789, isLearning: false } },
    ]);
  });
});

describe("set and delete", () => {
  test("alias, MTU, MAC, name, master and state are set as asked", () => {
    const panel = fresh("panel");
    NetlinkSocket.use(panel.path, (socket) => {
      socket.request(newBridge({ ifName: "br0", ifIndex: 50, isUp: true }));
      socket.request(newVeth({ ifName: "a", ifIndex: 51 }, { ifName: "b", ifIndex: 52 }));
      const change = { ifName: "c", mtuBytes: 1400, mac: "02:00:00:00:00:0b", alias: "default/x:in1", masterIndex: 50 };
      socket.request(setLink({ ifIndex: 51 }, { ...change, isUp: true }));
      socket.request(setLink({ ifName: "b" }, { isUp: true }));
    });
    expect(panel.ip("-d", "link", "show", "c")).toMatchObject([
      {
        ifindex: 51,
        mtu: 1400,
        address: "02:00:00:00:00:0b",
        ifalias: "default/x:in1",
        master: "br0",
        operstate: "UP",
      },
    ]);
    NetlinkSocket.use(panel.path, (socket) => {
      socket.request(setLink({ ifIndex: 51 }, { alias: "", masterIndex: 0, isUp: false }));
      expect(findLink(socket, { ifIndex: 51 })).toMatchObject({
        alias: undefined,
        masterIndex: undefined,
        isUp: false,
      });
      expect(findLink(socket, { ifIndex: 52 })).toMatchObject({ isUp: true, hasCarrier: false });
      socket.request(deleteLink({ ifIndex: 51 }));
      expect(findLink(socket, { ifIndex: 51 })).toBeUndefined();
    });
  });

  test("deletes many together with their far halves, and absent ones count as deleted", async () => {
    const panel = fresh("panel");
    const pod = fresh("pod");
    const count = 60;
    for (let i = 0; i < count; i++)
      makeVeth(panel.path, pod.path, { ifName: `p${i}`, ifIndex: 100 + i }, { ifName: `e${i}` });
    makeVeth(panel.path, pod.path, { ifName: "kept", ifIndex: 90 }, { ifName: "kept" });
    const socket = NetlinkSocket.open(panel.path);
    try {
      const indexes = Array.from({ length: count }, (_, i) => 100 + i);
      const results = await deleteLinks(socket, [...indexes, 5000]);
      expect(results.every((result) => result.ok)).toBe(true);
      expect(await deleteLinks(socket, indexes)).toHaveLength(count);
    } finally {
      socket.close();
    }
    expect(panel.ip("link", "show")).toMatchObject([{ ifname: "lo" }, { ifname: "kept" }]);
    expect(pod.ip("link", "show")).toMatchObject([{ ifname: "lo" }, { ifname: "kept" }]);
  });

  test("reports the kernel's reason with the errno", () => {
    const panel = fresh("panel");
    NetlinkSocket.use(panel.path, (socket) => {
      socket.request(newVeth({ ifName: "a", ifIndex: 51 }, { ifName: "b" }));
      const [tooSmall, none] = socket.batch([setLink({ ifIndex: 51 }, { mtuBytes: 1 }), setLink({ ifIndex: 99 }, {})]);
      expect(tooSmall).toMatchObject({
        ok: false,
        error: { code: "EINVAL", ifName: "#51", extAck: expect.any(String) },
      });
      expect(none).toMatchObject({ ok: false, error: { code: "ENODEV" } });
    });
  });
});
