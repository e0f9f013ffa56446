import { readdirSync } from "node:fs";
import type { AssignedWire } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { useFreshNetns } from "../../ffi/testing/fresh-netns.js";
import { wire } from "../testing/scene.js";
import { LinkProber, type ProbePlace } from "./link-prober.js";

const fresh = useFreshNetns();

/** Two namespaces joined by one wire, and by a second way around. */
function pair() {
  const [a, b] = [fresh("a"), fresh("b")];
  for (const [ifName, net] of [
    ["in1", "10.0.0"],
    ["in2", "10.9.9"],
  ]) {
    a.ip("link", "add", ifName ?? "", "type", "veth", "peer", "name", ifName ?? "", "netns", b.name);
    for (const [side, host] of [
      [a, 1],
      [b, 2],
    ] as const) {
      side.run("ip", "addr", "add", `${net}.${host}/24`, "dev", ifName ?? "");
      side.run("ip", "-6", "addr", "add", `fd00:${ifName === "in1" ? 1 : 2}::${host}/64`, "dev", ifName ?? "", "nodad");
      side.run("ip", "link", "set", ifName ?? "", "up");
    }
  }
  const [{ ifindex: ifIndex = 0 } = {}] = a.ip("link", "show", "in1") as { ifindex?: number }[];
  return { a, b, ifIndex };
}

const probed = (address: string): AssignedWire => wire("ab", "a:in1", "b:in1", { probe: { address } });
const sockets = () => readdirSync("/proc/self/fd").length;

async function gathered(prober: LinkProber, enough: (sent: number, received: number) => boolean) {
  let [sent, received, rttMs] = [0, 0, 0];
  await expect
    .poll(
      () => {
        for (const row of prober.rows()) {
          sent += row[2];
          received += row[3];
          rttMs = row[5] ?? rttMs;
        }
        return enough(sent, received);
      },
      { timeout: 15_000 },
    )
    .toBe(true);
  return { sent, received, rttMs };
}

test.each(["10.0.0.2", "fd00:1::2"])(
  "tells what became of echoes to %s, and holds no socket between them",
  async (to) => {
    const { a, ifIndex } = pair();
    const place: ProbePlace = { podUid: "uid-a", netnsPath: a.path, ifIndex };
    const before = sockets();
    const prober = new LinkProber({ wires: () => [probed(to)], placeOf: () => place }, () => {});
    try {
      prober.wish({ probeMs: 0, probes: [{ linkUid: "link-ab", intervalMs: 100 }] });
      const { rttMs } = await gathered(prober, (_sent, received) => received >= 5);
      expect(rttMs).toBeGreaterThan(0);
      prober.wish({ probeMs: 3_600_000, probes: [] });
      await expect.poll(sockets, { timeout: 10_000 }).toBe(before);
    } finally {
      prober.stop();
    }
  },
);

test("an echo that finds its wire broken is lost, though another way leads there", async () => {
  const { a, b, ifIndex } = pair();
  a.run("ip", "route", "add", "10.0.0.2/32", "via", "10.9.9.2");
  // It answers for that address wherever it is asked, and is asked over the broken wire alone.
  b.run("ip", "link", "set", "lo", "up");
  b.run("ip", "addr", "add", "10.0.0.2/32", "dev", "lo");
  b.run("ip", "link", "set", "in1", "down");
  const place: ProbePlace = { podUid: "uid-a", netnsPath: a.path, ifIndex };
  const prober = new LinkProber({ wires: () => [probed("10.0.0.2")], placeOf: () => place }, () => {});
  try {
    a.run("ping", "-qn", "-c1", "-W5", "10.0.0.2");
    prober.wish({ probeMs: 0, probes: [{ linkUid: "link-ab", intervalMs: 100 }] });
    expect((await gathered(prober, (sent) => sent >= 3)).received).toBe(0);
  } finally {
    prober.stop();
  }
});

test("five hundred links of one pod are all answered, also when they are due together", async () => {
  const { a, ifIndex } = pair();
  const wires = Array.from({ length: 500 }, (_, i) => ({ ...probed("10.0.0.2"), linkUid: `link-${i}` }));
  const place: ProbePlace = { podUid: "uid-a", netnsPath: a.path, ifIndex };
  let nowMs = 0;
  const prober = new LinkProber(
    { wires: () => wires, placeOf: () => place },
    () => {},
    () => nowMs,
  );
  try {
    a.run("ping", "-qn", "-c1", "-W5", "10.0.0.2");
    prober.wish({ probeMs: 1000, probes: [] });
    // The first look gives each its place; then the clock jumps, and all are due.
    await new Promise((resolve) => setTimeout(resolve, 300));
    nowMs = 1000;
    const { sent, received } = await gathered(prober, (_sent, answered) => answered >= 500);
    expect([sent, received]).toEqual([500, 500]);
  } finally {
    prober.stop();
  }
});

test("a pod that left is held by nothing, and what nobody wishes is not sent", async () => {
  const { a, b, ifIndex } = pair();
  b.run("ip", "link", "set", "in1", "down");
  const place: ProbePlace = { podUid: "uid-a", netnsPath: a.path, ifIndex };
  const before = sockets();
  const prober = new LinkProber({ wires: () => [probed("10.0.0.2")], placeOf: () => place }, () => {});
  try {
    prober.wish({ probeMs: 0, probes: [] });
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(prober.rows()).toEqual([]);
    prober.wish({ probeMs: 0, probes: [{ linkUid: "link-ab", intervalMs: 100 }] });
    await expect.poll(sockets, { timeout: 10_000 }).toBe(before + 1);
    prober.podLeft("uid-a");
    expect(sockets()).toBe(before);
  } finally {
    prober.stop();
  }
});
