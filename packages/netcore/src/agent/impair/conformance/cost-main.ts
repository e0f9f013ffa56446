import type { EffectiveImpairment } from "@ratchet/contracts";
import { flood } from "./bulk.js";
import { type Engine, ImpairedPair } from "./impaired-pair.js";
import { median, waits } from "./judge.js";

/** What a direction costs: the least that an engine does to frames, and as good as nothing to their fate. */
const LEAST: Record<"delayed" | "frame by frame", EffectiveImpairment> = {
  delayed: { delayMs: 0.001 },
  "frame by frame": { corruptPercent: 0.000_01 },
};
const SECONDS = 1;

/** One line of JSON for each. */
export interface Cost {
  cost: string;
  tcpKbit: number;
  packetsPerSecond: number;
  /** One way, median. */
  waitMs: number;
}

// `ENGINE...`: what each costs on this machine, and what a wire without costs.
const engines = process.argv.slice(2) as Engine[];
for (const engine of engines) {
  const pair = await ImpairedPair.begin(engine);
  const tell = async (cost: string, wire: "impaired" | "plain") => {
    const tcp = await flood(pair, wire, SECONDS);
    const small = await flood(pair, wire, SECONDS, "-u", "-b", "0", "-l", "64");
    const beside = await pair.sendBeside({ frames: 500, everyMs: 2 });
    const waitMs = wire === "plain" ? beside.plainMs : median(waits(beside.traffic));
    const found: Cost = { cost, tcpKbit: tcp.kbit, packetsPerSecond: small.packetsPerSecond, waitMs };
    process.stdout.write(`${JSON.stringify(found)}\n`);
  };
  try {
    if (engine === engines[0]) await tell("none", "plain");
    for (const [name, impairment] of Object.entries(LEAST)) {
      await pair.set(impairment, impairment);
      await tell(`${engine}, ${name}`, "impaired");
    }
  } finally {
    await pair.end();
  }
}
