import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { NetlinkSocket } from "../../../netlink/socket.js";
import { findLink } from "../../../rtnetlink/link.js";
import { dumpCounters } from "../../../rtnetlink/link-counters.js";
import type { ImpairedPair } from "./impaired-pair.js";

/** Ethernet, IP, and TCP with time stamps. */
const HEADER_BYTES = 66;
const ETHERNET_HEADER_BYTES = 14;
/** Slow start, and what the first burst let through, are over then; without a limit that is sooner. */
const SETTLE_MS = { bulk: 2_000, flood: 500 };

export interface Bulk {
  /** As the rate counts: the headers of every frame included. */
  wireKbit: number;
  /** Full frames that went into the engine, and that it dropped. */
  frames: number;
  dropped: number;
}

interface Counted {
  atMs: number;
  /** Without headers. */
  outBytes: number;
  inBytes: number;
  frames: number;
  dropped: number;
}

/** One TCP stream from a to b by iperf3, counted by the kernel where it enters and leaves the engine. */
export async function bulk(pair: ImpairedPair, seconds: number): Promise<Bulk> {
  const { mtuBytes } = pair;
  const dataBytes = mtuBytes + ETHERNET_HEADER_BYTES - HEADER_BYTES;
  const [before, after] = await stream(pair, "10.0.0.2", { settleMs: SETTLE_MS.bulk, seconds }, () => counted(pair));
  const wireBytes = ((after.outBytes - before.outBytes) / dataBytes) * (mtuBytes + ETHERNET_HEADER_BYTES);
  const wireKbit = (wireBytes * 8) / (after.atMs - before.atMs);
  if (pair.engine === "netem") {
    return { wireKbit, frames: after.frames - before.frames, dropped: after.dropped - before.dropped };
  }
  // Segments are counted once each, whatever was cut out of them: so by what they carried.
  const inBytes = after.inBytes - before.inBytes;
  const lostBytes = inBytes - (after.outBytes - before.outBytes);
  return { wireKbit, frames: Math.round(inBytes / dataBytes), dropped: Math.round(lostBytes / dataBytes) };
}

/** What arrives over a wire at once, of TCP or of small datagrams, as the kernel counts it. */
export interface Flood {
  /** Of data and headers. */
  kbit: number;
  packetsPerSecond: number;
}

/** The most that goes over the impaired wire, or over the one beside it, just now. */
export async function flood(pair: ImpairedPair, wire: "impaired" | "plain", seconds: number, ...flags: string[]) {
  const [ifName, to] = wire === "impaired" ? ["in1", "10.0.0.2"] : ["in2", "10.0.1.2"];
  const half = pair.node.half(`default/b:${ifName}`)?.ifindex ?? 0;
  const read = () => {
    const stats = NetlinkSocket.use(`/run/netns/${pair.node.panel}`, dumpCounters).get(half);
    return { atMs: performance.now(), bytes: stats?.txBytes ?? 0, packets: stats?.txPackets ?? 0 };
  };
  const [before, after] = await stream(pair, to, { settleMs: SETTLE_MS.flood, seconds }, read, flags);
  const tookMs = after.atMs - before.atMs;
  return {
    kbit: ((after.bytes - before.bytes) * 8) / tookMs,
    packetsPerSecond: ((after.packets - before.packets) * 1000) / tookMs,
  } satisfies Flood;
}

async function stream<T>(
  pair: ImpairedPair,
  to: string,
  { settleMs, seconds }: { settleMs: number; seconds: number },
  read: () => T,
  flags: readonly string[] = [],
): Promise<[T, T]> {
  const netns = (name: string) => `--net=/run/netns/${pair.node.podNetns(name)}`;
  const server = spawn("nsenter", [netns("b"), "iperf3", "-s", "-1", "--forceflush"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(server, "exit");
  try {
    await once(server.stdout, "data");
    const argv = [netns("a"), "iperf3", "-c", to, "-t", String(Math.ceil(seconds + settleMs / 1000 + 0.5)), ...flags];
    const client = promisify(execFile)("nsenter", argv, { timeout: (seconds + 60) * 1000 });
    const measured = (async (): Promise<[T, T]> => {
      await sleep(settleMs);
      const before = read();
      await sleep(seconds * 1000);
      return [before, read()];
    })();
    const [both] = await Promise.all([measured, client]);
    return both;
  } finally {
    server.kill();
    await ended;
  }
}

function counted({ engine, node }: ImpairedPair): Counted {
  const [half, tap] = NetlinkSocket.use(`/run/netns/${node.panel}`, (socket) => {
    const name = node.half("default/b:in1")?.ifname ?? "";
    const stats = dumpCounters(socket);
    const of = (ifName: string) => stats.get(findLink(socket, { ifName })?.ifIndex ?? 0);
    return [of(name), of(name.replace(/^p/, "r"))] as const;
  });
  const data = (bytes = 0, packets = 0) => Number(bytes) - HEADER_BYTES * Number(packets);
  return {
    atMs: performance.now(),
    outBytes: data(half?.txBytes, half?.txPackets),
    // Towards the relay the device sends.
    inBytes: data(tap?.txBytes, tap?.txPackets),
    ...(engine === "netem" ? netemCounts(node) : { frames: 0, dropped: 0 }),
  };
}

function netemCounts(node: ImpairedPair["node"]): { frames: number; dropped: number } {
  const half = node.half("default/b:in1")?.ifname ?? "";
  const qdiscs = JSON.parse(node.inPanel("tc", "-s", "-j", "qdisc", "show", "dev", half)) as {
    kind: string;
    packets: number;
    drops: number;
  }[];
  const { packets = 0, drops = 0 } = qdiscs.find(({ kind }) => kind === "netem") ?? {};
  return { frames: packets + drops, dropped: drops };
}
