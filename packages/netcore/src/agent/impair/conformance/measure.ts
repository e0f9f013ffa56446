import type { EffectiveImpairment } from "@ratchet/contracts";
import { bulk, flood } from "./bulk.js";
import type { Engine, ImpairedPair } from "./impaired-pair.js";
import { early, isNear, isRate, isShare, kbit, lost, median, ms, percent, quantile, waits } from "./judge.js";
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

export interface Row {
  what: string;
  asked: string;
  impairment: EffectiveImpairment;
  back?: EffectiveImpairment;
  measure(pair: ImpairedPair): Promise<{ measured: string; isWithin: boolean | null }>;
}

const FRAME_BYTES = 1_400;

export const ROWS: readonly Row[] = [
  ...[1, 5, 20, 100, 500].map((delayMs) => delayRow("delay", { delayMs }, delayMs)),
  delayRow("delay, the way back alone", {}, 20, { delayMs: 20 }),
  {
    what: "delay, 20 ms there and 80 ms back",
    asked: "100 ms round trip",
    impairment: { delayMs: 20 },
    back: { delayMs: 80 },
    async measure(pair) {
      const there = await pair.sendBeside({ frames: 200, everyMs: 2 });
      const back = await pair.sendBeside({ frames: 200, everyMs: 2, isBack: true });
      const [a, b] = [median(waits(there.traffic)), median(waits(back.traffic))];
      const measured = `${ms(a)} + ${ms(b)} = ${ms(a + b)}`;
      return { measured, isWithin: isNear(a - there.plainMs + b - back.plainMs, 100) };
    },
  },
  jitterRow({ delayMs: 50, jitterMs: 10 }, "uniform, 40 to 60 ms", 10),
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
      const count = early(traffic);
      const measured = `${percent(count / traffic.sent)} early, ${overtaken(traffic)} frames overtaken`;
      return { measured, isWithin: isShare(count, traffic.sent, 0.25) };
    },
  },
  ...[64, 1_000, 10_000].map((rateKbit) => rateRow(rateKbit)),
  ...[10_000, 100_000, 1_000_000].map((rateKbit) => bulkRateRow(rateKbit)),
  {
    what: "several together",
    asked: "30 ms, loss 5 %, duplicate 2 %",
    impairment: { delayMs: 30, lossPercent: 5, duplicatePercent: 2 },
    async measure(pair) {
      const { traffic, plainMs } = await pair.sendBeside({ frames: 5_000, everyMs: 0.2 });
      const came = distinct(traffic).size;
      const doubled = traffic.arrivals.length - came;
      const delay = median(waits(traffic));
      const isWithin =
        isNear(delay - plainMs, 30) && isShare(traffic.sent - came, traffic.sent, 0.05) && isShare(doubled, came, 0.02);
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
      return { measured: kbit(wireKbit), isWithin: isRate(wireKbit, 10_000) };
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
      const options = { frames: 500, everyMs: 2, quietMs: delayMs + 300, isBack: back !== undefined };
      const { traffic, plainMs } = await pair.sendBeside(options);
      const delay = median(waits(traffic));
      return { measured: `${ms(delay)} (${ms(plainMs)})`, isWithin: isNear(delay - plainMs, delayMs) };
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
      const { traffic, plainMs } = await pair.sendBeside({ frames: 3_000, everyMs: 2 });
      const took = waits(traffic);
      const middle = median(took);
      const width = quantile(took, 0.75) - quantile(took, 0.25);
      const isWithin =
        isNear(middle - plainMs, impairment.delayMs ?? 0) &&
        Math.abs(width - middleHalfMs) <= Math.max(1, 0.1 * middleHalfMs);
      return { measured: `median ${ms(middle)} (${ms(plainMs)}), middle half ${ms(width)} wide`, isWithin };
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
      const offeredKbit = 1.5 * rateKbit;
      const frames = Math.max(40, Math.ceil((offeredKbit * 125 * seconds) / FRAME_BYTES));
      const everyMs = (FRAME_BYTES * 8) / offeredKbit;
      const { arrivals } = await pair.send({ frames, frameBytes: FRAME_BYTES, everyMs, quietMs: 1_000 });
      // What the burst lets through at once belongs to no time.
      const steady = arrivals.slice(Math.ceil(arrivals.length / 4));
      const tookMs = (steady.at(-1)?.atMs ?? 0) - (steady[0]?.atMs ?? 0);
      const found = ((steady.length - 1) * FRAME_BYTES * 8) / tookMs;
      return { measured: kbit(found), isWithin: isRate(found, rateKbit) };
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
      const isWithin = isRate(wireKbit, rateKbit);
      if (isWithin) return { measured: kbit(wireKbit), isWithin };
      // Whether the machine could have carried it just then.
      const unimpaired = await flood(pair, "plain", 2);
      return { measured: `${kbit(wireKbit)} (unimpaired ${kbit(unimpaired.kbit)})`, isWithin };
    },
  };
}
