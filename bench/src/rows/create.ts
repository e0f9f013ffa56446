import { execFileSync } from "node:child_process";
import { BenchLab, numberedLink } from "../bench-lab.js";
import { BenchNamespaces, nameOf } from "../bench-namespaces.js";
import { CarrierWatch, untilCarrier } from "../carrier-watch.js";
import type { Figure, Row } from "../figure.js";
import { medianOf, millisecondsOf, spreadOf } from "../statistics.js";

const ROUNDS = 30;

/** The five commands a person would type for one wire. */
function byHand(a: string, b: string, i: number): void {
  const ip = (...argv: string[]) => execFileSync("ip", argv, { stdio: "ignore" });
  ip("link", "add", `ha${i}`, "netns", nameOf(a), "type", "veth", "peer", "name", `hb${i}`, "netns", nameOf(b));
  ip("-n", nameOf(a), "address", "add", `10.1.${i}.1/24`, "dev", `ha${i}`);
  ip("-n", nameOf(b), "address", "add", `10.1.${i}.2/24`, "dev", `hb${i}`);
  ip("-n", nameOf(a), "link", "set", `ha${i}`, "up");
  ip("-n", nameOf(b), "link", "set", `hb${i}`, "up");
}

export const create: Row = {
  name: "create",
  about: "REST create to carrier at both ends, cut and re-route, one wire in an idle lab",
  async measure() {
    await using lab = await BenchLab.open("create");
    using hands = new BenchNamespaces();
    const handA = hands.add("a");
    const handB = hands.add("b");
    const [a, b, c, far] = [
      await lab.pod("a", "left"),
      await lab.pod("b", "left"),
      await lab.pod("c", "left"),
      await lab.pod("far", "right"),
    ];
    const figures: Figure[] = [];

    const hand: number[] = [];
    const veth: number[] = [];
    const tunnel: number[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      hand.push(await millisecondsOf(() => byHand(handA, handB, i)));
      veth.push(await createOnce(lab, i, a, b, "b"));
      tunnel.push(await createOnce(lab, 1000 + i, a, far, "far"));
    }
    const five = { what: "five `ip` commands", value: medianOf(hand) };
    const bar = "under the five `ip` commands";
    for (const [what, samples] of [
      ["REST create to carrier at both ends, one node", veth],
      ["REST create to carrier at both ends, across nodes", tunnel],
    ] as const) {
      const value = medianOf(samples);
      figures.push({
        what,
        value,
        unit: "ms",
        baseline: five,
        bar,
        isMet: value < five.value,
        spread: spreadOf(samples),
      });
    }

    figures.push(await cut(lab, a, b, handA, handB));
    figures.push(await reroute(lab, c));
    return figures;
  },
};

async function createOnce(lab: BenchLab, i: number, netnsA: string, netnsB: string, peer: string): Promise<number> {
  const link = numberedLink(i, "a", peer);
  const watches = [new CarrierWatch(netnsA, `a${i}`), new CarrierWatch(netnsB, `b${i}`)];
  try {
    return await millisecondsOf(async () => {
      const answer = lab.client.must("POST", "/api/v1/namespaces/default/links", link);
      await untilCarrier(watches, true);
      await answer;
    });
  } finally {
    for (const watch of watches) watch.close();
  }
}

async function cut(lab: BenchLab, a: string, b: string, handA: string, handB: string): Promise<Figure> {
  const far = new CarrierWatch(b, "b0");
  const near = new CarrierWatch(a, "a0");
  const hand = new CarrierWatch(handB, "hb0");
  const ours: number[] = [];
  const theirs: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(
        await millisecondsOf(async () => {
          const answer = lab.client.patchLink("l0", { spec: { state: "down" } });
          await untilCarrier([far], false);
          await answer;
        }),
      );
      await lab.client.patchLink("l0", { spec: { state: "up" } });
      await untilCarrier([far, near], true);
      theirs.push(
        await millisecondsOf(async () => {
          execFileSync("ip", ["-n", nameOf(handA), "link", "set", "ha0", "down"]);
          await untilCarrier([hand], false);
        }),
      );
      execFileSync("ip", ["-n", nameOf(handA), "link", "set", "ha0", "up"]);
      await untilCarrier([hand], true);
    }
  } finally {
    for (const watch of [far, near, hand]) watch.close();
  }
  const value = medianOf(ours);
  const baseline = { what: "`ip link set down`", value: medianOf(theirs) };
  return {
    what: "cut: API call to carrier lost at the far end",
    value,
    unit: "ms",
    baseline,
    bar: "at most twice `ip link set down`",
    isMet: value <= 2 * baseline.value,
    spread: spreadOf(ours),
  };
}

async function reroute(lab: BenchLab, c: string): Promise<Figure> {
  const samples: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const there = new CarrierWatch(c, "moved");
    try {
      samples.push(
        await millisecondsOf(async () => {
          const answer = lab.client.reroute("l1", 1, { pod: "c", interface: "moved" });
          await untilCarrier([there], true);
          await answer;
        }),
      );
    } finally {
      there.close();
    }
    await lab.client.reroute("l1", 1, { pod: "b", interface: "b1" });
    await lab.lab.settle();
  }
  return {
    what: "re-route: API call to carrier at the new end, one node",
    value: medianOf(samples),
    unit: "ms",
    spread: spreadOf(samples),
  };
}
