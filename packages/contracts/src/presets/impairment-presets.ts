import type { ImpairmentFields } from "../resources/impairment.js";

/** A link as people know it, for both directions of a wire. */
export interface ImpairmentPreset {
  /** RFC 1123 label, as the command line takes it. */
  name: string;
  title: string;
  /** What it is like, in figures. */
  description: string;
  /** From the first end, the user's: what it sends. */
  there: ImpairmentFields;
  /** Towards the first end. */
  back: ImpairmentFields;
}

const alike = (fields: ImpairmentFields) => ({ there: fields, back: fields });

/**
 * Rates and round trips of access networks are those of the connectivity profiles that WebPageTest and Chrome's
 * developer tools share; a round trip is half in each direction.
 */
export const IMPAIRMENT_PRESETS: readonly ImpairmentPreset[] = [
  {
    name: "transatlantic",
    title: "Transatlantic",
    description: "40 ms each way, a little jitter",
    ...alike({ delayMs: 40, jitterMs: 0.5 }),
  },
  {
    name: "transpacific",
    title: "Transpacific",
    description: "75 ms each way, 0.1 % loss",
    ...alike({ delayMs: 75, jitterMs: 1, lossPercent: 0.1 }),
  },
  {
    name: "lte",
    title: "LTE",
    description: "12 Mbit/s, 70 ms round trip",
    ...alike({ delayMs: 35, jitterMs: 5, rateKbit: 12_000 }),
  },
  {
    name: "3g",
    title: "3G",
    description: "1.6 Mbit/s down, 768 kbit/s up, 300 ms round trip",
    there: { delayMs: 150, jitterMs: 15, rateKbit: 768 },
    back: { delayMs: 150, jitterMs: 15, rateKbit: 1600 },
  },
  {
    name: "edge",
    title: "Edge",
    description: "240 kbit/s down, 200 kbit/s up, 840 ms round trip",
    there: { delayMs: 420, jitterMs: 40, rateKbit: 200 },
    back: { delayMs: 420, jitterMs: 40, rateKbit: 240 },
  },
  {
    name: "dsl",
    title: "DSL",
    description: "1.5 Mbit/s down, 384 kbit/s up, 50 ms round trip",
    there: { delayMs: 25, rateKbit: 384 },
    back: { delayMs: 25, rateKbit: 1500 },
  },
  {
    name: "satellite",
    title: "Satellite, geostationary",
    description: "600 ms round trip, 20 Mbit/s down, 3 Mbit/s up, 0.5 % loss",
    there: { delayMs: 300, jitterMs: 10, lossPercent: 0.5, rateKbit: 3000 },
    back: { delayMs: 300, jitterMs: 10, lossPercent: 0.5, rateKbit: 20_000 },
  },
  {
    name: "satellite-leo",
    title: "Satellite, low orbit",
    description: "40 ms round trip that wanders, 100 Mbit/s down, 10 Mbit/s up, bursts of loss",
    there: { delayMs: 20, jitterMs: 8, rateKbit: 10_000, lossBurst: burst(0.05, 10) },
    back: { delayMs: 20, jitterMs: 8, rateKbit: 100_000, lossBurst: burst(0.05, 10) },
  },
  {
    name: "wifi-far",
    title: "Wi-Fi, two rooms away",
    description: "8 ms that wander, bursts of loss, 6 Mbit/s",
    ...alike({ delayMs: 8, jitterMs: 6, rateKbit: 6000, lossBurst: burst(0.5, 25) }),
  },
  {
    name: "flaky-cable",
    title: "Flaky cable",
    description: "bursts of loss, 0.2 % of frames corrupt",
    ...alike({ corruptPercent: 0.2, lossBurst: burst(1, 15) }),
  },
  {
    name: "congested",
    title: "Congested",
    description: "30 ms and 20 ms of jitter, 2 % loss, 2 Mbit/s",
    ...alike({ delayMs: 30, jitterMs: 20, lossPercent: 2, rateKbit: 2000 }),
  },
  {
    name: "one-way-loss",
    title: "Loss one way",
    description: "20 % of what the first end sends is lost, nothing of what it gets",
    there: { lossPercent: 20 },
    back: {},
  },
];

/** Loss only while the link is in its bad state: into it with `pPercent` a frame, out of it with `rPercent`. */
function burst(pPercent: number, rPercent: number): ImpairmentFields["lossBurst"] {
  return { pPercent, rPercent, badLossPercent: 100, goodLossPercent: 0 };
}

export function findImpairmentPreset(name: string): ImpairmentPreset | undefined {
  return IMPAIRMENT_PRESETS.find((preset) => preset.name === name);
}
