import { execFileSync } from "node:child_process";
import type { Link, List } from "@ratchet/contracts";
import { eventually } from "@ratchet/testkit";
import { BenchLab, numberedLink } from "../bench-lab.js";
import { BenchNamespaces, batch } from "../bench-namespaces.js";
import { byBatch, tunnelsByBatch } from "../by-batch.js";
import type { Figure, Row } from "../figure.js";
import { residentMiB } from "../memory.js";
import { millisecondsOf } from "../statistics.js";

const WIRES = 1500;
const BAR_SECONDS = 5;

export const mass: Row = {
  name: "mass",
  about: "1,500 wires between two pods, on one node and across two; memory idle and with them",
  async measure(say) {
    const figures: Figure[] = [];
    for (const [where, node] of [
      ["on one node", "left"],
      ["across nodes", "right"],
    ] as const) {
      await using lab = await BenchLab.open(`mass-${node}`);
      await lab.pod("a", "left");
      await lab.pod("b", node);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const idle = memoryOf(lab);
      const documents = Array.from({ length: WIRES }, (_, i) => numberedLink(i, "a", "b"));
      let answered = 0;
      const up = await millisecondsOf(async () => {
        answered = await millisecondsOf(() => lab.client.must("POST", "/api/v1/apply", documents));
        await allUp(lab, WIRES);
      });
      say(`${WIRES} wires ${where}: apply answered after ${answered.toFixed(0)} ms, all Up after ${up.toFixed(0)} ms`);
      const hand = await byHand(node);
      say(`${WIRES} wires ${where}: ${hand.toFixed(0)} ms through the batch programs`);
      figures.push({
        what: `${WIRES} wires ${where}, apply to all Up`,
        baseline: { what: "`ip -batch` + `tc -batch`", value: hand / 1000 },
        value: up / 1000,
        unit: "s",
        bar: `${BAR_SECONDS} s`,
        isMet: up <= BAR_SECONDS * 1000,
        note: `apply answered after ${(answered / 1000).toFixed(2)} s`,
      });
      const loaded = memoryOf(lab);
      for (const [who, before] of Object.entries(idle)) {
        figures.push({
          what: `resident memory of ${who}, ${WIRES} wires ${where}`,
          value: loaded[who] ?? Number.NaN,
          unit: "MiB",
          baseline: { what: "idle", value: before },
        });
      }
      const gone = await millisecondsOf(async () => {
        await Promise.all(documents.map((link) => lab.client.remove("links", link.metadata.name)));
        await eventually(async () => {
          const left = await lab.client.links();
          if (left.length > 0) throw new Error(`${left.length} links left`);
        });
      });
      say(`${WIRES} wires ${where}: deleted one request each in ${gone.toFixed(0)} ms`);
    }
    return figures;
  },
};

/** Milliseconds that the same wires take by batches; those of two nodes follow each other. */
async function byHand(node: "left" | "right"): Promise<number> {
  using namespaces = new BenchNamespaces();
  const wires = Array.from({ length: WIRES }, (_, i) => i);
  const panel = (name: string) => {
    const path = namespaces.add(name);
    for (const key of ["all", "default"]) {
      execFileSync("nsenter", [`--net=${path}`, "sysctl", "-qw", `net.ipv6.conf.${key}.disable_ipv6=1`]);
    }
    return path;
  };
  if (node === "left") {
    const place = { panel: panel("p"), a: namespaces.add("a"), b: namespaces.add("b") };
    return millisecondsOf(() => byBatch(wires, place));
  }
  const sides = [1, 2].map((host) => {
    const path = namespaces.add(`n${host}`);
    batch("ip", path, [`address add 10.250.0.${host}/24 dev lo`]);
    return {
      node: path,
      panel: panel(`p${host}`),
      pod: namespaces.add(`a${host}`),
      local: `10.250.0.${host}`,
      remote: `10.250.0.${3 - host}`,
    };
  });
  return millisecondsOf(() => {
    for (const side of sides) tunnelsByBatch(wires, side);
  });
}

function memoryOf(lab: BenchLab): Record<string, number> {
  return Object.fromEntries(
    Object.entries(lab.lab.pids())
      .filter((entry): entry is [string, number] => entry[1] !== undefined)
      .map(([name, pid]) => [name, residentMiB(pid)]),
  );
}

async function allUp(lab: BenchLab, count: number): Promise<void> {
  await eventually(
    async () => {
      const list = await lab.client.must<List<Link>>("GET", "/api/v1/namespaces/default/links?limit=10000");
      const up = list.items.filter((link) => link.status.phase === "Up").length;
      if (up < count) throw new Error(`${up} of ${count} are Up`);
    },
    { withinMs: 300_000, everyMs: 100 },
  );
}
