import { AGREEMENT, type Link } from "@ratchet/contracts";
import { impairedWays } from "./impairment-text.js";

export interface AskedRtt {
  /** Both directions together, ms. */
  ms: number;
  /** How much more or less still agrees, ms. */
  toleranceMs: number;
}

/** The round trip that a link's impairments ask for, faults included; undefined when they ask for no delay. */
export function askedRtt(link: Link): AskedRtt | undefined {
  const ways = impairedWays(link);
  const sum = (field: "delayMs" | "jitterMs") => ways.reduce((total, way) => total + (way?.[field] ?? 0), 0);
  const ms = sum("delayMs");
  if (ms === 0) return undefined;
  return { ms, toleranceMs: Math.max(AGREEMENT.delayMs, ms * AGREEMENT.delayPart) + sum("jitterMs") };
}

export const agrees = (asked: AskedRtt, measuredMs: number): boolean =>
  Math.abs(measuredMs - asked.ms) <= asked.toleranceMs;
