import type { DoctorReport, Fault, HealResult, List } from "@ratchet/contracts";
import { eventually, type Sandbox } from "@ratchet/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type OpenLab, openLab } from "./open-lab.js";

const PODS = 20;
const FAULTS = "/api/v1/namespaces/default/faults";

interface Wire {
  name: string;
  ends: [number, number];
  ifName: string;
  /** Of the second end, as the first one reaches it. */
  address: string;
}

// A ring, all of it through tunnels, and ten wires across it, each inside a node.
const ring = Array.from({ length: PODS }, (_, i) => wireOf(`ring-${i}`, i, (i + 1) % PODS, i));
const chords = Array.from({ length: PODS / 2 }, (_, i) => wireOf(`chord-${i}`, i, i + PODS / 2, PODS + i));
const isFirstHalf = (pod: number) => pod < PODS / 2;
const isSplit = ({ ends: [a, b] }: Wire) => isFirstHalf(a) !== isFirstHalf(b);

function wireOf(name: string, a: number, b: number, number: number): Wire {
  return { name, ends: [a, b], ifName: `w${number}`, address: `10.0.${number}.2` };
}

let lab: OpenLab;
const pods: Sandbox[] = [];
beforeAll(async () => {
  lab = await openLab();
  const names = Array.from({ length: PODS }, (_, i) => `p${i}`);
  await Promise.all(names.map((name, i) => lab.managedPod(name, i % 2 === 0 ? "left" : "right")));
  for (const { name, ends, ifName, address } of [...ring, ...chords]) {
    const near = address.replace(/2$/, "1/24");
    await lab.wire(name, [`p${ends[0]}`, ifName, near], [`p${ends[1]}`, ifName, `${address}/24`]);
  }
  // What is asked of a link, and has to be there again: of one that will be split, and of one that will not.
  for (const name of ["chord-0", "ring-0"]) {
    await lab.client.patchLink(name, { spec: { impairments: [{ from: "p0", delayMs: 5 }] } });
  }
  await lab.allUp(60_000);
  for (const name of names) pods.push(await lab.sandbox(name));
}, 180_000);
afterAll(() => lab?.close());

/** The relay's devices in both panels. */
async function detours(): Promise<number> {
  const links = await Promise.all(["left", "right"].map((node) => lab.panel(node).links()));
  return links.flat().filter(({ ifalias }) => ifalias?.startsWith("relay to ")).length;
}

async function answered(wires: readonly Wire[]): Promise<string[]> {
  const results = await Promise.all(
    wires.map(async ({ name, ends, address }) => ((await pods[ends[0]]!.ping(address)).received > 0 ? [name] : [])),
  );
  return results.flat();
}

it("a partition of 20 pods that swallows frames keeps every carrier, and healed the kernel is as it was asked", async () => {
  const all = [...ring, ...chords];
  const split = all.filter(isSplit);
  const whole = all.filter((wire) => !isSplit(wire));
  expect([split.length, whole.length]).toEqual([12, 18]);
  expect(await answered(all)).toEqual(all.map(({ name }) => name));
  const before = await detours();
  expect(before).toBe(2);

  const group = (isIn: (pod: number) => boolean) => ({ pods: [...pods.keys()].filter(isIn).map((i) => `p${i}`) });
  const target = { groups: [group(isFirstHalf), group((pod) => !isFirstHalf(pod))] };
  const spec = { target, action: { type: "partition", mode: "blackhole" }, durationSeconds: 600 };
  const fault = await lab.client.must<Fault>("POST", FAULTS, { metadata: { name: "split" }, spec });
  expect(fault.status.links.toSorted()).toEqual(split.map(({ name }) => name).toSorted());
  await eventually(async () => {
    const links = await lab.client.links();
    const swallowing = links.filter(({ status }) => {
      const directions = status.impairments ?? [];
      return directions.length === 2 && directions.every(({ actual }) => actual?.blackhole === true);
    });
    expect(swallowing.map(({ metadata }) => metadata.name).toSorted()).toEqual(
      split.map(({ name }) => name).toSorted(),
    );
  });
  expect(await answered(split)).toEqual([]);
  expect(await answered(whole)).toEqual(whole.map(({ name }) => name));
  for (const { ends, ifName } of all) {
    for (const end of ends) expect((await pods[end]!.link(ifName)).flags).toContain("LOWER_UP");
  }

  expect((await lab.client.must<HealResult>("POST", "/api/v1/heal")).healed).toHaveLength(1);
  await lab.allUp(30_000);
  // A device is let go when what it held has left.
  await eventually(async () => expect(await detours()).toBe(before), { withinMs: 30_000 });
  expect(await answered(all)).toEqual(all.map(({ name }) => name));
  const impaired = (await lab.client.links()).flatMap(({ metadata, status }) =>
    (status.impairments ?? []).map(({ from, actual, state }) => [metadata.name, from, actual, state]),
  );
  expect(impaired).toEqual([
    ["chord-0", "p0", { delayMs: 5 }, "active"],
    ["ring-0", "p0", { delayMs: 5 }, "active"],
  ]);
  const { items } = await lab.client.must<List<Fault>>("GET", FAULTS);
  expect(items.filter(({ status }) => status.phase !== "Ended")).toEqual([]);
  expect((await lab.client.must<DoctorReport>("GET", "/api/v1/doctor")).findings).toEqual([]);
});
