import { execFileSync } from "node:child_process";
import { type Action, Executor } from "@ratchet/netcore";
import { BenchNamespaces } from "../bench-namespaces.js";
import { byBatch, type Place } from "../by-batch.js";
import type { Figure, Row } from "../figure.js";
import { medianOf, millisecondsOf, spreadOf } from "../statistics.js";

const ROUNDS = 40;
const PER_RUN = 20;
const MADE = ROUNDS + (ROUNDS / 2) * PER_RUN;
const DELETES = 500;
const ONE_BY_ONE = 25;

/** A complete wire: two ports with addresses, up, cross-connected. */
function wire(i: number, { panel, a, b }: Place): Action[] {
  const [pa, pb] = [`pa${i}`, `pb${i}`];
  const net = `10.${i >> 8}.${i & 255}`;
  return [
    {
      op: "createVeth",
      end: { netns: panel, ifName: pa, alias: `default/a:in${i}`, isUp: true },
      peer: { netns: a, ifName: `in${i}`, isUp: true },
    },
    {
      op: "createVeth",
      end: { netns: panel, ifName: pb, alias: `default/b:in${i}`, isUp: true },
      peer: { netns: b, ifName: `in${i}`, isUp: true },
    },
    { op: "addAddress", netns: a, link: { ifName: `in${i}` }, address: `${net}.1/24` },
    { op: "addAddress", netns: b, link: { ifName: `in${i}` }, address: `${net}.2/24` },
    { op: "redirect", netns: panel, from: { ifName: pb }, to: { ifName: pa } },
    { op: "redirect", netns: panel, from: { ifName: pa }, to: { ifName: pb } },
  ];
}

export const executor: Row = {
  name: "executor",
  about: "wires through the executor against `ip -batch` and `tc -batch`; deleting many; re-route, kernel part",
  async measure() {
    using namespaces = new BenchNamespaces();
    const make = (side: string): Place => ({
      panel: namespaces.add(`${side}p`),
      a: namespaces.add(`${side}a`),
      b: namespaces.add(`${side}b`),
    });
    const ours = make("o");
    const theirs = make("t");
    for (const place of [ours, theirs]) {
      for (const key of ["all", "default"]) {
        execFileSync("nsenter", [`--net=${place.panel}`, "sysctl", "-qw", `net.ipv6.conf.${key}.disable_ipv6=1`]);
      }
    }
    const kernel = new Executor({ keep: [ours.panel] });
    const run = async (actions: Action[]) => {
      for (const result of await kernel.run(actions)) if (!result.ok) throw result.error;
    };
    try {
      const wires = await completeWires(run, ours, theirs);
      return [...wires, await rerouteOnce(run, ours), await deleteMany(run, ours)];
    } finally {
      await kernel.close();
    }
  },
};

type Run = (actions: Action[]) => Promise<void>;

/** One wire alone, and wires in runs of twenty, each against the same through the batch programs. */
async function completeWires(run: Run, ours: Place, theirs: Place): Promise<Figure[]> {
  const measure = async (rounds: number, each: number, first: number) => {
    const mine: number[] = [];
    const batched: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const wires = Array.from({ length: each }, (_, i) => first + round * each + i);
      batched.push((await millisecondsOf(() => byBatch(wires, theirs))) / each);
      mine.push((await millisecondsOf(() => run(wires.flatMap((i) => wire(i, ours))))) / each);
    }
    return { mine, batched };
  };
  const alone = await measure(ROUNDS, 1, 0);
  const many = await measure(ROUNDS / 2, PER_RUN, ROUNDS);
  return [
    ["one complete wire through the executor", alone, "`ip -batch` + `tc -batch`"] as const,
    [`a complete wire, ${PER_RUN} in one run`, many, `its share of ${PER_RUN} in the batches`] as const,
  ].map(([what, { mine, batched }, against]) => {
    const value = medianOf(mine);
    const baseline = { what: against, value: medianOf(batched) };
    const bar = "no slower than the batches";
    return { what, value, unit: "ms", baseline, bar, isMet: value <= baseline.value, spread: spreadOf(mine) };
  });
}

async function rerouteOnce(run: Run, { panel }: Place): Promise<Figure> {
  const samples: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    // Wire 0's end moves between the ports of wire 1 and its own; the way back first.
    const to = i % 2 === 0 ? "pb1" : "pb0";
    samples.push(
      await millisecondsOf(() =>
        run([
          { op: "redirect", netns: panel, from: { ifName: to }, to: { ifName: "pa0" } },
          { op: "redirect", netns: panel, from: { ifName: "pa0" }, to: { ifName: to } },
        ]),
      ),
    );
  }
  const value = medianOf(samples);
  return {
    what: "re-route of one end, one node, kernel part",
    value,
    unit: "ms",
    bar: "under 1 ms",
    isMet: value < 1,
    spread: spreadOf(samples),
  };
}

async function deleteMany(run: Run, place: Place): Promise<Figure> {
  const { panel } = place;
  for (let i = MADE; i < MADE + DELETES + ONE_BY_ONE; i++) await run(wire(i, place));
  const remove = (from: number, count: number): Action => ({
    op: "deleteLinks",
    netns: panel,
    links: Array.from({ length: count }, (_, i) => [{ ifName: `pa${from + i}` }, { ifName: `pb${from + i}` }]).flat(),
  });
  const together = await millisecondsOf(() => run([remove(MADE, DELETES)]));
  const single = await millisecondsOf(async () => {
    for (let i = 0; i < ONE_BY_ONE; i++) await run([remove(MADE + DELETES + i, 1)]);
  });
  const value = together;
  const baseline = { what: `one by one (${ONE_BY_ONE} measured)`, value: (single / ONE_BY_ONE) * DELETES };
  return {
    what: `deleting ${DELETES} wires together`,
    value,
    unit: "ms",
    baseline,
    bar: "far below one by one",
    isMet: value < baseline.value / 5,
  };
}
