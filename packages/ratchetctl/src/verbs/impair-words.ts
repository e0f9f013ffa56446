import { type Impairment, JITTER_DISTRIBUTIONS } from "@ratchet/contracts";
import { UsageError } from "../ctl-error.js";

export type ImpairmentChange = Partial<Omit<Impairment, "from">>;

const TIME = { us: 0.001, ms: 1, s: 1000 };
const RATE = { kbit: 1, mbit: 1_000, gbit: 1_000_000 };
const SIZE = { b: 1, kb: 1024, mb: 1_048_576 };
const NUMBER = { "": 1 };

type Field = { name: keyof ImpairmentChange; units: Record<string, number>; unit: string };

const FIELDS: Record<string, Field> = {
  delay: { name: "delayMs", units: TIME, unit: "ms" },
  jitter: { name: "jitterMs", units: TIME, unit: "ms" },
  "delay-correlation": percent("delayCorrelationPercent"),
  loss: percent("lossPercent"),
  "loss-correlation": percent("lossCorrelationPercent"),
  duplicate: percent("duplicatePercent"),
  corrupt: percent("corruptPercent"),
  reorder: percent("reorderPercent"),
  "reorder-correlation": percent("reorderCorrelationPercent"),
  gap: { name: "reorderGap", units: NUMBER, unit: "" },
  rate: { name: "rateKbit", units: RATE, unit: "kbit" },
  burst: { name: "burstBytes", units: SIZE, unit: "b" },
  queue: { name: "queueFrames", units: NUMBER, unit: "" },
  mtu: { name: "mtu", units: SIZE, unit: "b" },
};

/** What can be said, for the help. */
export const IMPAIRMENT_WORDS = `delay 50ms, jitter 5ms, distribution ${JITTER_DISTRIBUTIONS.join("|")}, loss 1%, bursts P% R% (into and out of
losing), duplicate 1%, corrupt 1%, reorder 25% gap 5, rate 10mbit, burst 32kb, queue 100 (frames), mtu 1000,
engine auto|netem|relay, delay-correlation, loss-correlation, reorder-correlation 25%; 0 takes one away`;

/** Reads words as `delay 50ms loss 1%`. Throws UsageError. */
export function readImpairmentWords(words: readonly string[]): ImpairmentChange {
  const change: Record<string, unknown> = {};
  for (let at = 0; at < words.length; ) {
    const word = words[at++]!;
    const value = words[at++];
    if (value === undefined) throw new UsageError(`${word}: how much? Such as: ${IMPAIRMENT_WORDS}`);
    if (word === "distribution") change.jitterDistribution = oneOf(word, value, JITTER_DISTRIBUTIONS);
    else if (word === "engine") change.engine = oneOf(word, value, ["auto", "netem", "relay"]);
    else if (word === "bursts") {
      const [pPercent, rPercent] = [amount(word, value, percent("lossPercent")), words[at++]];
      if (rPercent === undefined) throw new UsageError("bursts takes two: bursts 1% 20%, into and out of losing");
      change.lossBurst = { pPercent, rPercent: amount(word, rPercent, percent("lossPercent")) };
    } else {
      const field = FIELDS[word];
      if (field === undefined) throw new UsageError(`${word} is nothing a wire can suffer: ${IMPAIRMENT_WORDS}`);
      change[field.name] = amount(word, value, field);
    }
  }
  return change as ImpairmentChange;
}

function percent(name: keyof ImpairmentChange): Field {
  return { name, units: { "%": 1 }, unit: "%" };
}

function amount(word: string, text: string, { units, unit }: Field): number {
  const match = /^(\d+(?:\.\d+)?)([a-z%]*)$/.exec(text.toLowerCase());
  const factor = units[match?.[2] || unit];
  if (match === null || factor === undefined) {
    const known = Object.keys(units).filter((name) => name !== "");
    throw new UsageError(`${word}: ${text} is not a number${known.length === 0 ? "" : ` with ${known.join(", ")}`}`);
  }
  // Whole where the factor makes it so: 0.1 s are 100 ms and no fraction more.
  return Math.round(Number(match[1]) * factor * 1e6) / 1e6;
}

function oneOf<T extends string>(word: string, text: string, known: readonly T[]): T {
  const found = known.find((name) => name === text);
  if (found === undefined) throw new UsageError(`${word}: ${text} is not one of ${known.join(", ")}`);
  return found;
}
