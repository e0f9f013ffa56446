import { PROBE_FRAME_BYTES, PROBE_WAIT_MS } from "../agent/telemetry.js";
import type { Comparison, EffectiveImpairment, MeasuredDirection } from "../resources/impairment.js";
import { AGREEMENT } from "./agreement.js";
import { askedLoss, bothWays, lossRange } from "./loss-range.js";

type Effective = EffectiveImpairment | null;

/** What both directions of a link suffer, this one first. */
export type BothDirections = readonly [own: Effective, other: Effective];

export interface Samples {
  measured: MeasuredDirection;
  /** Round trips behind the median. */
  roundTrips: number;
  /** The highest rate of the other direction, kbit/s; null: not known. */
  otherRateKbit: number | null;
  /** How long the rate was counted for, ms. */
  rateOverMs: number;
}

/** Above this part of its rate a direction's queue may fill, and an echo waits in it. */
const BUSY_PART = 0.5;
/** Bytes a token bucket lets through at once where nothing is known of it. */
const BURST_BYTES = 3028;

/** What can be compared of one direction: nothing of what is not asked for. Pure. */
export function compare(directions: BothDirections, samples: Samples): Comparison[] {
  if (directions.some(swallowsEchoes)) return rateOf(directions[0], samples);
  return [...roundTripOf(directions, samples), ...lossOf(directions, samples), ...rateOf(directions[0], samples)];
}

/** All of them agree; null when there are none. */
export function agreement(compared: readonly Comparison[]): boolean | null {
  return compared.length === 0 ? null : compared.every(({ agrees }) => agrees);
}

// An echo that is larger than the black hole lets through never arrives, whatever else is asked.
function swallowsEchoes(effective: Effective): boolean {
  return effective?.mtu !== undefined && effective.mtu > 0 && effective.mtu < PROBE_FRAME_BYTES;
}

function roundTripOf(directions: BothDirections, samples: Samples): Comparison[] {
  const { roundTripMs: measured, baseMs, rateKbit } = samples.measured;
  const asked = sum(directions, ({ delayMs = 0 }) => delayMs);
  if (measured === null || asked === 0 || asked >= PROBE_WAIT_MS * 0.8) return [];
  const slack = Math.max(AGREEMENT.delayMs, asked * AGREEMENT.delayPart) + jitterSlack(directions, samples.roundTrips);
  const notDelayed = sum(directions, ({ delayMs = 0, reorderPercent = 0 }) => (delayMs * reorderPercent) / 100);
  const expected = asked + (baseMs ?? 0);
  const least = Math.max(0, expected - notDelayed - slack);
  const isBusy = [rateKbit, samples.otherRateKbit].some((rate, index) => {
    const limit = directions[index]?.rateKbit ?? 0;
    return limit > 0 && (rate === null || rate > limit * BUSY_PART);
  });
  const sending = sum(directions, ({ rateKbit: limit = 0 }) => (limit > 0 ? (PROBE_FRAME_BYTES * 8) / limit : 0));
  const most = isBusy ? null : expected + slack + sending;
  return [judged("roundTripMs", asked, least, most, measured)];
}

function lossOf(directions: BothDirections, { measured }: Samples): Comparison[] {
  const { lossPercent, echoes } = measured;
  const both = bothWays(askedLoss(directions[0]), askedLoss(directions[1]));
  const delay = sum(directions, ({ delayMs = 0 }) => delayMs);
  if (lossPercent === null || echoes < AGREEMENT.lossEchoes || both.share === 0 || delay >= PROBE_WAIT_MS * 0.8)
    return [];
  const range = lossRange(echoes, both, AGREEMENT.lossChance);
  // A frame that comes twice is lost twice or not at all; one that finds a full queue is lost by the rate's doing.
  const isDoubled = directions.some((direction) => (direction?.duplicatePercent ?? 0) > 0);
  const isLimited = directions.some((direction) => (direction?.rateKbit ?? 0) > 0);
  const least = isDoubled ? 0 : range.least * 100;
  return [judged("lossPercent", both.share * 100, least, isLimited ? null : range.most * 100, lossPercent)];
}

function rateOf(own: Effective, { measured, rateOverMs }: Samples): Comparison[] {
  const asked = own?.rateKbit ?? 0;
  const { rateKbit } = measured;
  if (asked === 0 || rateKbit === null || rateKbit < asked * AGREEMENT.rateTriedPart) return [];
  // kbit/s are bits a millisecond.
  const burst = ((own?.burstBytes ?? BURST_BYTES) * 8) / Math.max(1, rateOverMs);
  return [judged("rateKbit", asked, null, asked * (1 + AGREEMENT.ratePart) + burst, rateKbit)];
}

// Of a uniform jitter the standard deviation is less; a skewed one has its mean elsewhere than its median.
function jitterSlack(directions: BothDirections, roundTrips: number): number {
  const spread = Math.hypot(...directions.map((direction) => direction?.jitterMs ?? 0));
  const isSkewed = directions.some((direction) => direction?.jitterDistribution?.startsWith("pareto"));
  return (AGREEMENT.jitterErrors * spread) / Math.sqrt(Math.max(1, roundTrips)) + (isSkewed ? spread : 0);
}

function sum(directions: BothDirections, of: (direction: EffectiveImpairment) => number): number {
  return directions.reduce((total, direction) => total + (direction === null ? 0 : of(direction)), 0);
}

function judged(
  what: Comparison["what"],
  asked: number,
  least: number | null,
  most: number | null,
  measured: number,
): Comparison {
  const agrees = (least === null || measured >= least) && (most === null || measured <= most);
  return { what, asked: rounded(asked), least: least && rounded(least), most: most && rounded(most), measured, agrees };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
