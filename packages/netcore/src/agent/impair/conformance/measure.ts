import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { EffectiveImpairment } from "@ratchet/contracts";
import type { Engine, ImpairedPair } from "./impaired-pair.js";
import { distinct, overtaken, type Traffic } from "./traffic.js";

/** One line of the table: what was asked, what came of it, and whether that is within the tolerance. */
export interface Measurement {
  engine: Engine;
  what: string;
  asked: string;
  measured: string;
  /** Null where nothing was said of it beforehand. */
  isWithin: boolean | null;
}

interface Row {
  what: string;
  asked: string;
  impairment: EffectiveImpairment;
  back?: EffectiveImpairment;
  measure(pair: ImpairedPair): Promise<{ measured: string; isWithin: boolean | null }>;
}

const FRAME_BYTES = 1_400;
/** Of the standard normal distribution: 99 % lie within. */
const Z99 = 2.5758;

export const ROWS: readonly Row[] = [
  ...[1, 5, 20, 100, 500].map((delayMs) => delayRow("delay", { delayMs }, delayMs)),
  delayRow("delay, the way back alone", {}, 20, { delayMs: 20 }),
  {
    what: "delay, 20 ms there and 80 ms back",
    asked: "100 ms round trip",
    impairment: { delayMs: 20 },
    back: { delayMs: 80 },
    async measure(pair) {
      const there = median(waits(await pair.send({ frames: 200, everyMs: 2 })));
      const back = median(waits(await pair.sendBack({ frames: 200, everyMs: 2 })));
      return { measured: `${ms(there)} + ${ms(back)} = ${ms(there + back)}`, isWithin: isNear(there + back, 100) };
    },
  },
  jitterRow({ delayMs: 50, jitterMs: 10 }, "uniform, 50 ± 10 ms", 10),
  jitterRow({ delayMs: 50, jitterMs: 5, jitterDistribution: "normal" }, "normal, 50 ms, deviation 5 ms", 6.745),
  ...[0.1, 1, 10, 50].map(
    (lossPercent): Row => shareRow("loss", { lossPercent }, lossPercent, lossPercent < 1 ? 20_000 : 5_000, lost),
  ),
  {
    what: "bursts of loss",
    asked: "1 % in, 20 % out: 4.76 % in bursts of 5",
    impairment: { lossBurst: { pPercent: 1, rPercent: 20, badLossPercent: 100, goodLossPercent: 0 } },
    async measure(pair) {
      const traffic = await pair.send({ frames: 10_000, everyMs: 0.1 });
      const came = distinct(traffic);
      const count = lost(traffic);
      const bursts = [...came].filter((n) => n > 0 && !came.has(n - 1)).length;
      // Losses that follow each other vary more, by (1 + rho) / (1 - rho).
      const isWithin = isShare(count, traffic.sent, 1 / 21, 1.79 / 0.21);
      return { measured: `${percent(count / traffic.sent)} in bursts of ${(count / bursts).toFixed(1)}`, isWithin };
    },
  },
  shareRow(
    "duplicate",
    { duplicatePercent: 5 },
    5,
    10_000,
    (traffic) => traffic.arrivals.length - distinct(traffic).size,
  ),
  shareRow("corrupt", { corruptPercent: 5 }, 5, 5_000, (traffic) => {
    const bad = traffic.arrivals.filter(({ isIntact }) => !isIntact).length;
    return bad + traffic.sent - traffic.arrivals.length;
  }),
  {
    what: "reorder",
    asked: "25 % of the frames, 20 ms before the others",
    impairment: { delayMs: 20, reorderPercent: 25 },
    async measure(pair) {
      const traffic = await pair.send({ frames: 4_000, everyMs: 1 });
      const early = waits(traffic).filter((wait) => wait < 20).length;
      const measured = `${percent(early / traffic.sent)} early, ${overtaken(traffic)} frames overtaken`;
      return { measured, isWithin: isShare(early, traffic.sent, 0.25) };
    },
  },
  ...[64, 1_000, 10_000].map((rateKbit) => rateRow(rateKbit)),
  ...[10_000, 100_000, 1_000_000].map((rateKbit) => bulkRateRow(rateKbit)),
  {
    what: "several together",
    asked: "30 ms, loss 5 %, duplicate 2 %",
    impairment: { delayMs: 30, lossPercent: 5, duplicatePercent: 2 },
    async measure(pair) {
      const traffic = await pair.send({ frames: 5_000, everyMs: 0.2 });
      const came = distinct(traffic).size;
      const doubled = traffic.arrivals.length - came;
      const delay = median(waits(traffic));
      const isWithin =
        isNear(delay, 30) && isShare(traffic.sent - came, traffic.sent, 0.05) && isShare(doubled, came, 0.02);
      const shares = `loss ${percent(1 - came / traffic.sent)}, duplicate ${percent(doubled / came)}`;
      return { measured: `${ms(delay)}, ${shares}`, isWithin };
    },
  },
  {
    what: "loss, bulk TCP",
    asked: "1 % of frames (a segment of 64 KiB is 46)",
    impairment: { lossPercent: 1 },
    async measure(pair) {
      const { frames, dropped } = await bulk(pair, 5);
      return {
        measured: `${percent(dropped / frames)} of ${frames} frames`,
        isWithin: isShare(dropped, frames, 0.01),
      };
    },
  },
  {
    what: "delay and rate, bulk TCP",
    asked: "10 Mbit/s, 50 ms there and back",
    impairment: { rateKbit: 10_000, delayMs: 50 },
    back: { delayMs: 50 },
    async measure(pair) {
      const { wireKbit } = await bulk(pair, 5);
      return { measured: kbit(wireKbit), isWithin: Math.abs(wireKbit / 10_000 - 1) <= 0.05 };
    },
  },
];

export async function measureRow(pair: ImpairedPair, row: Row): Promise<Measurement> {
  const { what, asked } = row;
  try {
    await pair.set(Object.keys(row.impairment).length === 0 ? null : row.impairment, row.back ?? null);
    return { engine: pair.engine, what, asked, ...(await row.measure(pair)) };
  } catch (error) {
    return {
      engine: pair.engine,
      what,
      asked,
      measured: `not measured: ${(error as Error).message.split("\n")[0]}`,
      isWithin: false,
    };
  }
}

function delayRow(what: string, impairment: EffectiveImpairment, delayMs: number, back?: EffectiveImpairment): Row {
  return {
    what,
    asked: `${delayMs} ms`,
    impairment,
    ...(back === undefined ? {} : { back }),
    async measure(pair) {
      const options = { frames: 300, everyMs: 2, quietMs: delayMs + 300 };
      const traffic = back === undefined ? await pair.send(options) : await pair.sendBack(options);
      const delay = median(waits(traffic));
      return { measured: ms(delay), isWithin: isNear(delay, delayMs) };
    },
  };
}

/** By quantiles: a machine that stands still for a moment moves mean and deviation, and is no jitter of ours. */
function jitterRow(impairment: EffectiveImpairment, asked: string, middleHalfMs: number): Row {
  return {
    what: "jitter",
    asked: `${asked}: middle half ${ms(middleHalfMs)} wide`,
    impairment,
    async measure(pair) {
      const took = waits(await pair.send({ frames: 2_000, everyMs: 2 })).sort((a, b) => a - b);
      const at = (share: number) => took[Math.floor(share * (took.length - 1))] ?? Number.NaN;
      const width = at(0.75) - at(0.25);
      const isWithin =
        isNear(at(0.5), impairment.delayMs ?? 0) && Math.abs(width - middleHalfMs) <= Math.max(1, 0.1 * middleHalfMs);
      return { measured: `median ${ms(at(0.5))}, middle half ${ms(width)} wide`, isWithin };
    },
  };
}

function shareRow(
  what: string,
  impairment: EffectiveImpairment,
  askedPercent: number,
  frames: number,
  count: (traffic: Traffic) => number,
): Row {
  return {
    what,
    asked: `${askedPercent} %`,
    impairment,
    async measure(pair) {
      const traffic = await pair.send({ frames, everyMs: 0.1 });
      const found = count(traffic);
      const isWithin = isShare(found, traffic.sent, askedPercent / 100);
      return { measured: `${percent(found / traffic.sent)} of ${traffic.sent}`, isWithin };
    },
  };
}

function rateRow(rateKbit: number): Row {
  return {
    what: "rate",
    asked: kbit(rateKbit),
    impairment: { rateKbit },
    async measure(pair) {
      const seconds = 4;
      const frames = Math.max(40, Math.ceil((rateKbit * 125 * seconds) / FRAME_BYTES));
      const { arrivals } = await pair.send({ frames, frameBytes: FRAME_BYTES, quietMs: 1_000 });
      // What the burst lets through at once belongs to no time.
      const steady = arrivals.slice(Math.ceil(arrivals.length / 4));
      const tookMs = (steady.at(-1)?.atMs ?? 0) - (steady[0]?.atMs ?? 0);
      const found = ((steady.length - 1) * FRAME_BYTES * 8) / tookMs;
      return { measured: kbit(found), isWithin: Math.abs(found / rateKbit - 1) <= 0.05 };
    },
  };
}

function bulkRateRow(rateKbit: number): Row {
  return {
    what: "rate, bulk TCP",
    asked: kbit(rateKbit),
    impairment: { rateKbit },
    async measure(pair) {
      const { wireKbit } = await bulk(pair, 5);
      return { measured: kbit(wireKbit), isWithin: Math.abs(wireKbit / rateKbit - 1) <= 0.05 };
    },
  };
}

interface Bulk {
  /** As the rate counts: Ethernet headers included. */
  wireKbit: number;
  /** What went into the engine, and what it dropped. */
  frames: number;
  dropped: number;
}

/** One TCP stream from a to b by iperf3, counted by the kernel where it enters and leaves the engine. */
async function bulk(pair: ImpairedPair, seconds: number): Promise<Bulk> {
  const netns = (name: string) => `--net=/run/netns/${pair.node.podNetns(name)}`;
  const server = spawn("nsenter", [netns("b"), "iperf3", "-s", "-1", "--forceflush"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  try {
    await once(server.stdout, "data");
    const argv = [netns("a"), "iperf3", "-c", "10.0.0.2", "-t", String(seconds + 3)];
    const client = promisify(execFile)("nsenter", argv, { timeout: (seconds + 60) * 1000 });
    // Slow start, and what the first burst let through, are over then.
    await sleep(2_000);
    const [before, beganAt] = [counters(pair), performance.now()];
    await sleep(seconds * 1000);
    const [after, tookMs] = [counters(pair), performance.now() - beganAt];
    await client.catch(() => {});
    return {
      wireKbit: ((after.bytes - before.bytes) * 8) / tookMs,
      frames: after.frames - before.frames,
      dropped: after.dropped - before.dropped,
    };
  } finally {
    server.kill();
  }
}

interface Stats64 {
  stats64: { rx: { packets: number }; tx: { bytes: number; packets: number } };
}

function counters({ engine, node }: ImpairedPair): { bytes: number; frames: number; dropped: number } {
  const half = node.half("default/b:in1")?.ifname ?? "";
  const stats = (ifName: string) =>
    (JSON.parse(node.inPanel("ip", "-s", "-j", "link", "show", "dev", ifName)) as Stats64[])[0]!.stats64;
  const { bytes } = stats(half).tx;
  if (engine === "relay") {
    // Towards the relay the device sends, from it it receives.
    const { tx, rx } = stats(half.replace(/^p/, "r"));
    return { bytes, frames: tx.packets, dropped: tx.packets - rx.packets };
  }
  const qdiscs = JSON.parse(node.inPanel("tc", "-s", "-j", "qdisc", "show", "dev", half)) as {
    kind: string;
    packets: number;
    drops: number;
  }[];
  const { packets = 0, drops = 0 } = qdiscs.find(({ kind }) => kind === "netem") ?? {};
  return { bytes, frames: packets + drops, dropped: drops };
}

function lost(traffic: Traffic): number {
  return traffic.sent - distinct(traffic).size;
}

function waits({ arrivals }: Traffic): number[] {
  return arrivals.flatMap(({ tookMs }) => tookMs ?? []);
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Within 1 ms or 2 %. */
function isNear(foundMs: number, askedMs: number): boolean {
  return Math.abs(foundMs - askedMs) <= Math.max(1, 0.02 * askedMs);
}

function isShare(count: number, of: number, share: number, varianceFactor = 1): boolean {
  return Math.abs(count - of * share) <= Z99 * Math.sqrt(of * share * (1 - share) * varianceFactor) + 0.5;
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

function kbit(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} Gbit/s`;
  return value >= 1_000 ? `${(value / 1_000).toFixed(2)} Mbit/s` : `${value.toFixed(1)} kbit/s`;
}
