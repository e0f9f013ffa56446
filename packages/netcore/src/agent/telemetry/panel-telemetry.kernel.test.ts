import type { AgentTelemetry } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { useFreshNetns } from "../../ffi/testing/fresh-netns.js";
import { NetlinkSocket } from "../../netlink/socket.js";
import { dumpLinks } from "../../rtnetlink/link.js";
import { dumpCounters } from "../../rtnetlink/link-counters.js";
import { wire } from "../testing/scene.js";
import { PanelTelemetry } from "./panel-telemetry.js";

const fresh = useFreshNetns();

test("the counters of one dump are those a dump of links has", () => {
  const panel = fresh("panel");
  panel.run("ip", "link", "set", "lo", "up");
  panel.run("ping", "-qn", "-c3", "-i0.01", "127.0.0.1");
  NetlinkSocket.use(panel.path, (socket) => {
    const expected = dumpLinks(socket).map(({ ifIndex, stats }) => [ifIndex, stats]);
    const counters = dumpCounters(socket);
    expect([...counters]).toEqual(expected);
    expect(counters.get(1)?.txPackets).toBeGreaterThanOrEqual(6);
  });
});

test("traffic between two halves is told while it is wished for, exactly, and nothing else is", async () => {
  const panel = fresh("panel");
  const a = fresh("a");
  panel.ip("link", "add", "half", "type", "veth", "peer", "name", "in1", "netns", a.name);
  panel.run("ip", "addr", "add", "10.0.0.1/24", "dev", "half");
  a.run("ip", "addr", "add", "10.0.0.2/24", "dev", "in1");
  panel.run("ip", "link", "set", "half", "up");
  a.run("ip", "link", "set", "in1", "up");
  panel.run("ping", "-qn", "-c1", "-W5", "10.0.0.2");
  const socket = NetlinkSocket.open(panel.path);
  const frames: AgentTelemetry[] = [];
  const toTunnel = wire("ab", "a:in1", "b:in1", {
    peer: {
      type: "tunnel",
      tunnel: { vni: 1, localAddress: "10.9.0.1", remoteAddress: "10.9.0.2", port: 4789, mtuBytes: 1450 },
    },
  });
  const index = dumpLinks(socket).find(({ ifName }) => ifName === "half")?.ifIndex;
  const telemetry = new PanelTelemetry(
    { readCounters: () => dumpCounters(socket), wires: () => [toTunnel], indexOf: () => index, probes: () => [] },
    (frame) => frames.push(frame),
    () => {},
  );
  try {
    // Neighbour discovery of IPv6 goes on for a while on a fresh interface: echoes are told by their size.
    telemetry.wish(20);
    panel.run("ping", "-qn", "-c10", "-i0.002", "-s1000", "10.0.0.2");
    await expect.poll(() => bytes(frames, 0)).toBeGreaterThanOrEqual(10 * 1042);
    expect(bytes(frames, 1)).toBeGreaterThanOrEqual(10 * 1042);
    expect(bytes(frames, 0)).toBeLessThan(11 * 1042);
    expect(frames.every(({ intervalMs }) => intervalMs > 0)).toBe(true);
    telemetry.wish(0);
    const told = frames.length;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(frames.length).toBe(told);
  } finally {
    telemetry.stop();
    socket.close();
  }
});

function bytes(frames: AgentTelemetry[], direction: number): number {
  return frames.flatMap(({ rows }) => rows).reduce((sum, row) => sum + (row[1] === direction ? row[3] : 0), 0);
}
