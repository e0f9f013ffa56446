import { eventually } from "@ratchet/testkit";
import { BenchLab, numberedLink } from "../bench-lab.js";
import { CarrierWatch, untilCarrier } from "../carrier-watch.js";
import type { Figure, Row } from "../figure.js";
import { medianOf, millisecondsOf, spreadOf } from "../statistics.js";

const ROUNDS = 30;
const WIRES = 1500;

type Store = "embedded" | "etcd";

export const etcd: Row = {
  name: "etcd",
  about:
    "the same with intents in three members of etcd as with the embedded store: one wire, 1,500 wires, an agent's start",
  async measure(say) {
    const one: Record<Store, number[]> = { embedded: [], etcd: [] };
    const many: Record<Store, number> = { embedded: 0, etcd: 0 };
    const again: Record<Store, number> = { embedded: 0, etcd: 0 };
    for (const store of ["embedded", "etcd"] as const) {
      await using lab = await BenchLab.open(`etcd-${store}`, { store });
      const [a, b] = [await lab.pod("a", "left"), await lab.pod("b", "right")];
      for (let i = 0; i < ROUNDS; i++) one[store].push(await createOnce(lab, i, a, b));
      say(`${store}: one wire ${medianOf(one[store]).toFixed(1)} ms`);
      const documents = Array.from({ length: WIRES }, (_, i) => numberedLink(1000 + i, "a", "b"));
      many[store] = await millisecondsOf(async () => {
        await lab.client.must("POST", "/api/v1/apply", documents);
        await allUp(lab, WIRES + ROUNDS);
      });
      say(`${store}: ${WIRES} wires across nodes ${(many[store] / 1000).toFixed(1)} s`);
      again[store] = await millisecondsOf(async () => {
        await lab.lab.killAgent("left");
        await eventually(async () => {
          const left = (await lab.client.nodes()).find(({ metadata }) => metadata.name === "left");
          if (left?.status.phase !== "Ready") throw new Error("left is not back");
        });
        await allUp(lab, WIRES + ROUNDS);
      });
      say(`${store}: agent back after ${(again[store] / 1000).toFixed(1)} s`);
    }
    const figures: Figure[] = [
      {
        what: "REST create to carrier at both ends, across nodes, intents in etcd",
        value: medianOf(one.etcd),
        unit: "ms",
        baseline: { what: "embedded store", value: medianOf(one.embedded) },
        spread: spreadOf(one.etcd),
      },
      {
        what: `${WIRES} wires across nodes, apply to all Up, intents in etcd`,
        value: many.etcd / 1000,
        unit: "s",
        baseline: { what: "embedded store", value: many.embedded / 1000 },
      },
      {
        what: `agent killed and back with ${WIRES} wires, every link Up`,
        value: again.etcd / 1000,
        unit: "s",
        baseline: { what: "embedded store", value: again.embedded / 1000 },
      },
    ];
    return figures;
  },
};

async function createOnce(lab: BenchLab, i: number, netnsA: string, netnsB: string): Promise<number> {
  const watches = [new CarrierWatch(netnsA, `a${i}`), new CarrierWatch(netnsB, `b${i}`)];
  try {
    return await millisecondsOf(async () => {
      const answer = lab.client.must("POST", "/api/v1/namespaces/default/links", numberedLink(i, "a", "b"));
      await untilCarrier(watches, true);
      await answer;
    });
  } finally {
    for (const watch of watches) watch.close();
  }
}

async function allUp(lab: BenchLab, count: number): Promise<void> {
  await eventually(
    async () => {
      const { body } = await lab.client.request<string>("GET", "/metrics");
      const up = Number(/^ratchet_links\{phase="Up"\} (\d+)$/m.exec(body)?.[1]);
      if (up !== count) throw new Error(`${up} of ${count} links are Up`);
    },
    { withinMs: 300_000, everyMs: 100 },
  );
}
