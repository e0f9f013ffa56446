import type { Link, LinkTelemetry } from "@ratchet/contracts";
import { eventually, Sandbox } from "@ratchet/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OpenLab, openLab } from "./open-lab.js";

let lab: OpenLab;

beforeAll(async () => {
  lab = await openLab({ nodes: 2 });
  await lab.managedPod("a", "left");
  await lab.managedPod("b", "right");
  await lab.managedPod("c", "left");
  await lab.wire("ab", ["a", "in1", "10.0.0.1/24"], ["b", "in1", "10.0.0.2/24"]);
  await lab.wire("ac", ["a", "in2", "10.1.0.1/24"], ["c", "in2", "10.1.0.2/24"]);
  await lab.allUp();
}, 60_000);
afterAll(() => lab?.close());

const link = (name: string): Promise<Link> => lab.client.link(name);

async function telemetry(name: string): Promise<LinkTelemetry> {
  const path = `/api/v1/namespaces/default/links/${name}/telemetry?seconds=60`;
  return (await (await fetch(`${lab.url}${path}`)).json()) as LinkTelemetry;
}

test.each(["ab", "ac"])(
  "echoes over %s are answered without anybody asking, and are not in what it carried",
  async (name) => {
    await eventually(
      async () => {
        const { probes, directions } = await telemetry(name);
        expect(probes.points.some(([, , received, rttMs]) => received > 0 && rttMs !== null)).toBe(true);
        // Once neighbours are known nothing but the echoes moves, for a while.
        const last = directions.map(({ points }) => points.slice(-3));
        expect(last.map((points) => points.length)).toEqual([3, 3]);
        expect(last.flat().map(([, , bytes]) => Math.round(bytes))).toEqual([0, 0, 0, 0, 0, 0]);
      },
      { withinMs: 60_000, everyMs: 500 },
    );
  },
);

test("20 ms there and 80 ms back are measured as one round trip of both, told within bounds or not, and 0 ends it", async () => {
  const impairments = [
    { from: "a", delayMs: 20 },
    { from: "b", delayMs: 80 },
  ];
  await lab.client.patchLink("ab", { spec: { impairments } });
  await eventually(
    async () => {
      await telemetry("ab");
      const ways = (await link("ab")).status.impairments ?? [];
      expect(ways.map(({ from }) => from)).toEqual(["a", "b"]);
      for (const { measured, compared, agrees } of ways) {
        expect(compared).toMatchObject([{ what: "roundTripMs", asked: 100 }]);
        // Never less than asked, neither one direction alone nor one of them twice; a busy machine is late, and then says so.
        expect(measured?.roundTripMs).toBeGreaterThanOrEqual(100);
        expect(measured?.roundTripMs).toBeLessThan(160);
        expect(agrees).toBe((measured?.roundTripMs ?? 0) <= (compared[0]?.most ?? 0));
      }
    },
    { withinMs: 60_000, everyMs: 300 },
  );
  await lab.client.patchLink("ab", { spec: { impairments: [] } });
  await eventually(async () => expect((await link("ab")).status.impairments).toBeUndefined(), { withinMs: 20_000 });
});

test("loss that is asked for is measured within the binomial interval", async () => {
  await lab.client.patchLink("ac", { spec: { impairments: [{ from: "c", lossPercent: 50 }] } });
  await eventually(
    async () => {
      await telemetry("ac");
      const [way] = (await link("ac")).status.impairments ?? [];
      expect(way?.compared.map(({ what }) => what)).toEqual(["lossPercent"]);
      expect(way).toMatchObject({ from: "c", agrees: true });
      expect(way?.measured?.lossPercent).toBeGreaterThan(0);
    },
    { withinMs: 90_000, everyMs: 500 },
  );
  await lab.client.patchLink("ac", { spec: { impairments: [] } });
});

test("a wire over an underlay that drops is Degraded and says so, and Up when it drops no more", async () => {
  await eventually(async () => expect((await link("ab")).status.phase).toBe("Up"), { withinMs: 20_000 });
  const node = new Sandbox(lab.lab.nodeNetns("left"));
  // Of what the node sends, a packet a second passes.
  await node.exec(..."tc qdisc add dev eth0 root tbf rate 1kbit burst 200 limit 200".split(" "));
  try {
    await eventually(
      async () => {
        const { status } = await link("ab");
        expect(status.phase).toBe("Degraded");
        expect(status.conditions[0]).toMatchObject({ type: "Ready", status: "False", reason: "UnderlayLossy" });
        expect(status.conditions[0]?.message).toMatch(/^the underlay to \S+ loses \d+ % of what is sent to try it$/);
      },
      { withinMs: 60_000, everyMs: 200 },
    );
    expect((await link("ac")).status.phase).toBe("Up");
  } finally {
    await node.exec(..."tc qdisc del dev eth0 root".split(" "));
  }
  await eventually(async () => expect((await link("ab")).status.phase).toBe("Up"), { withinMs: 60_000, everyMs: 200 });
});

test("a cut and its end are two changes of carrier at each end, with times in their order", async () => {
  const before = await telemetry("ab");
  const startMs = Date.now();
  await lab.client.patchLink("ab", { spec: { state: "down" } });
  await eventually(async () => expect((await link("ab")).status.phase).toBe("Down"), { withinMs: 20_000 });
  await lab.client.patchLink("ab", { spec: { state: "up" } });
  await eventually(async () => expect((await link("ab")).status.phase).toBe("Up"), { withinMs: 20_000 });
  const { carrier } = await telemetry("ab");
  for (const [index, { end, count, last }] of carrier.entries()) {
    expect(end).toBe(["a:in1", "b:in1"][index]);
    expect((count ?? 0) - (before.carrier[index]?.count ?? 0)).toBe(2);
    const mine = last.slice(-2);
    expect(mine.map((change) => change.carrier)).toEqual([false, true]);
    const times = [startMs, ...mine.map(({ at }) => Date.parse(at)), Date.now()];
    expect(times).toEqual([...times].sort((a, b) => a - b));
  }
});
