import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { EffectiveImpairment } from "@ratchet/contracts";
import type { ImpairedPair } from "./impaired-pair.js";
import { distinct, overtaken, type Traffic } from "./traffic.js";

/** What both engines have to keep. Only what cannot be otherwise by chance or on a slow machine. */
export interface Check {
  name: string;
  run(pair: ImpairedPair): Promise<void>;
}

const EVERYTHING: EffectiveImpairment[] = [
  { delayMs: 20 },
  { delayMs: 100, jitterMs: 10 },
  { delayMs: 100, jitterMs: 10, jitterDistribution: "normal", delayCorrelationPercent: 25 },
  { lossPercent: 1 },
  { lossPercent: 10, lossCorrelationPercent: 50 },
  { lossBurst: { pPercent: 1, rPercent: 20, badLossPercent: 90, goodLossPercent: 0.5 } },
  { duplicatePercent: 2, corruptPercent: 3 },
  { delayMs: 10, reorderPercent: 25, reorderCorrelationPercent: 50, reorderGap: 5 },
  { rateKbit: 64 },
  { rateKbit: 1_000_000, burstBytes: 100_000, queueFrames: 500 },
  { mtu: 900 },
  { blackhole: true },
  { delayMs: 5, lossPercent: 0.1, duplicatePercent: 1, corruptPercent: 0.5, rateKbit: 10_000 },
];

/** No more than the shortest queue on the way holds, so that a stalled machine loses none. */
const FRAMES = 4_000;

export const CHECKS: readonly Check[] = [
  {
    name: "has what was asked for, one after the other and figure by figure",
    async run(pair) {
      for (const asked of EVERYTHING) {
        await pair.set(asked);
        assert.equal(pair.report?.engine, pair.engine);
        assertClose(without(pair.report?.actual ?? {}), asked);
      }
    },
  },
  ...[1, 20, 100].map((delayMs) => ({
    name: `delays every frame by at least ${delayMs} ms, loses none and keeps their order`,
    async run(pair: ImpairedPair) {
      await pair.set({ delayMs });
      const traffic = await pair.send({ frames: 200, everyMs: 1 });
      assert.equal(distinct(traffic).size, 200);
      assert.ok(leastMs(traffic) >= delayMs, `${leastMs(traffic)} ms`);
      // A sender that the kernel moves to another processor overtakes itself in veth, impaired or not.
      assert.ok(overtaken(traffic) <= 10, `${overtaken(traffic)} of 200 overtook`);
    },
  })),
  {
    name: "impairs one direction and not the other",
    async run(pair) {
      await pair.set({ blackhole: true });
      assert.equal((await pair.send({ frames: 50 })).arrivals.length, 0);
      assert.equal((await pair.sendBack({ frames: 50 })).arrivals.length, 50);
      await pair.set({ delayMs: 20 }, { delayMs: 80 });
      assert.ok(leastMs(await pair.send({ frames: 50 })) >= 20);
      assert.ok(leastMs(await pair.sendBack({ frames: 50 })) >= 80);
    },
  },
  ...[1, 10, 50].map((lossPercent) => ({
    name: `loses ${lossPercent} % of the frames`,
    async run(pair: ImpairedPair) {
      await pair.set({ lossPercent });
      const traffic = await pair.send({ frames: FRAMES, everyMs: 0.1 });
      assertShare(FRAMES - distinct(traffic).size, FRAMES, lossPercent / 100);
      assert.equal(traffic.arrivals.length, distinct(traffic).size);
    },
  })),
  {
    name: "loses in bursts, as many as asked",
    async run(pair) {
      await pair.set({ lossBurst: { pPercent: 2, rPercent: 20, badLossPercent: 100, goodLossPercent: 0 } });
      const traffic = await pair.send({ frames: 4_000, everyMs: 0.1 });
      const came = distinct(traffic);
      const lost = 4_000 - came.size;
      // A chain with this memory varies as (1 + rho) / (1 - rho) times as many independent losses, rho = 1 - p - r.
      assertShare(lost, 4_000, 2 / 22, 1.78 / 0.22);
      const bursts = [...came].filter((n) => n > 0 && !came.has(n - 1)).length;
      assert.ok(lost / bursts > 3 && lost / bursts < 8, `${lost / bursts} frames a burst`);
    },
  },
  {
    name: "duplicates and corrupts as many as asked",
    async run(pair) {
      await pair.set({ duplicatePercent: 10 });
      const doubled = await pair.send({ frames: FRAMES, everyMs: 0.1 });
      assert.equal(distinct(doubled).size, FRAMES);
      assertShare(doubled.arrivals.length - FRAMES, FRAMES, 0.1);
      await pair.set({ corruptPercent: 10 });
      const damaged = await pair.send({ frames: FRAMES, everyMs: 0.1, frameBytes: 1400 });
      // A frame whose type was damaged does not come to this socket.
      const missing = FRAMES - damaged.arrivals.length;
      const bad = damaged.arrivals.filter(({ isIntact }) => !isIntact).length;
      assertShare(bad + missing, FRAMES, 0.1);
      assert.ok(missing < 30, `${missing} missing`);
    },
  },
  {
    name: "lets as many overtake as asked, and delays the others",
    async run(pair) {
      await pair.set({ delayMs: 50, reorderPercent: 25 });
      const traffic = await pair.send({ frames: 4_000, everyMs: 1 });
      assert.equal(distinct(traffic).size, 4_000);
      const early = traffic.arrivals.filter(({ tookMs }) => (tookMs ?? 0) < 50).length;
      // One that overtakes is read late on a slow machine: fewer may show, more must not.
      assert.ok(early <= 1_000 + 5 * Math.sqrt(4_000 * 0.25 * 0.75), `${early} of 4000`);
      assert.ok(early > 300, `${early} of 4000`);
      assert.ok(overtaken(traffic) > 300, `${overtaken(traffic)} overtaken`);
    },
  },
  {
    name: "lets no more pass than the rate and its burst",
    async run(pair) {
      for (const [rateKbit, frames] of [
        [64, 20],
        [1_000, 100],
        [100_000, 5_000],
      ] as const) {
        await pair.set({ rateKbit, burstBytes: 3_000, queueFrames: 100_000 });
        const traffic = await pair.send({ frames, frameBytes: 1_000, quietMs: 1_500 });
        assert.equal(distinct(traffic).size, frames);
        const tookMs = traffic.arrivals.at(-1)!.atMs;
        const leastPossibleMs = (frames * 1_000 - 3_100) / (rateKbit / 8);
        assert.ok(tookMs >= leastPossibleMs, `${tookMs} ms instead of ${leastPossibleMs} at ${rateKbit} kbit/s`);
      }
    },
  },
  {
    name: "holds frames up to the queue limit and drops the rest",
    async run(pair) {
      await pair.set({ rateKbit: 100, burstBytes: 1_500, queueFrames: 10 });
      const { arrivals } = await pair.send({ frames: 100, frameBytes: 1_000, quietMs: 2_000 });
      assert.ok(arrivals.length >= 10 && arrivals.length < 40, `${arrivals.length} of 100`);
    },
  },
  {
    name: "swallows larger packets and lets smaller ones pass",
    async run(pair) {
      await pair.set({ mtu: 900 });
      assert.equal((await pair.send({ frames: 100, frameBytes: 914 })).arrivals.length, 100);
      assert.equal((await pair.send({ frames: 100, frameBytes: 915 })).arrivals.length, 0);
    },
  },
  {
    name: "changes one figure without a gap, and takes everything away without losing what is on its way",
    async run(pair) {
      await pair.set({ delayMs: 20 });
      const changed = await pair.send({
        ...{ frames: 1_000, everyMs: 1, quietMs: 500 },
        midway: { after: 300, run: () => void pair.ask({ delayMs: 40, lossPercent: 0, rateKbit: 100_000 }) },
      });
      assert.equal(distinct(changed).size, 1_000);
      assert.ok(leastMs(changed) >= 20);
      await pair.set({ delayMs: 200 });
      const ended = await pair.send({
        ...{ frames: 300, everyMs: 1, quietMs: 1_000 },
        midway: { after: 100, run: () => void pair.ask(null) },
      });
      assert.equal(distinct(ended).size, 300);
    },
  },
  {
    name: "is there again when somebody has taken it away, and leaves nothing when it is asked no more",
    async run(pair) {
      await pair.set({ delayMs: 30 });
      const { node } = pair;
      const half = node.half("default/b:in1")?.ifname ?? "";
      const tap = half.replace(/^p/, "r");
      if (pair.engine === "netem") node.inPanel("tc", "qdisc", "del", "dev", half, "root");
      else node.inPanel("ip", "link", "del", tap);
      await sleep(100);
      await pair.scene.api.until("it is back", () => pair.report?.state === "active", 30_000);
      await sleep(100);
      assert.ok(leastMs(await pair.send({ frames: 50, everyMs: 1 })) >= 30);
      await pair.set(null);
      for (let waited = 0; waited < 15_000; waited += 100) {
        const qdiscs = node.inPanel("tc", "qdisc", "show", "dev", half);
        const isGone = !/netem|tbf/.test(qdiscs) && node.link(node.panel, tap) === undefined;
        if (isGone) return;
        await sleep(100);
      }
      assert.fail(`left: ${node.inPanel("tc", "qdisc")} ${node.inPanel("ip", "-br", "link")}`);
    },
  },
];

function leastMs({ arrivals }: Traffic): number {
  return Math.min(...arrivals.map(({ tookMs }) => tookMs ?? Number.POSITIVE_INFINITY));
}

/** 4.9 standard deviations: by chance once in a million. */
function assertShare(count: number, of: number, share: number, varianceFactor = 1): void {
  const deviation = Math.sqrt(of * share * (1 - share) * varianceFactor);
  const isIn = Math.abs(count - of * share) <= 4.9 * deviation + 1;
  assert.ok(isIn, `${count} of ${of} where ${share * 100} % were asked`);
}

function without(actual: EffectiveImpairment): object {
  const { engine: _engine, ...figures } = actual;
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== 0 && value !== false));
}

/** Figures are kept in the kernel's own units, and come back rounded. */
function assertClose(actual: object, asked: object): void {
  const round = (value: unknown): unknown => {
    if (typeof value === "number") return Number(value.toPrecision(2));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, round(inner)]));
  };
  assert.deepEqual(round(actual), round(asked));
}
