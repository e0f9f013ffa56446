import type { LinkTelemetry, TelemetryPoint } from "@ratchet/contracts";
import { eventually } from "@ratchet/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OpenLab, openLab } from "./open-lab.js";

/** Ethernet, IP and ICMP headers beside the data. */
const HEADER_BYTES = 42;
const DATA_BYTES = 1000;
const COUNT = 30;
let lab: OpenLab;

beforeAll(async () => {
  lab = await openLab({ nodes: 2 });
  await lab.managedPod("a", "left");
  await lab.managedPod("b", "right");
  await lab.managedPod("c", "left");
  await lab.wire("ab", ["a", "in1", "10.0.0.1/24"], ["b", "in1", "10.0.0.2/24"]);
  await lab.wire("ac", ["a", "in2", "10.1.0.1/24"], ["c", "in2", "10.1.0.2/24"]);
  await lab.allUp();
});
afterAll(() => lab?.close());

async function telemetry(link: string): Promise<LinkTelemetry> {
  const path = `/api/v1/namespaces/default/links/${link}/telemetry?seconds=60`;
  return (await (await fetch(`${lab.url}${path}`)).json()) as LinkTelemetry;
}

/** Bytes of a direction: means over steps, times their length. */
function bytes(points: readonly TelemetryPoint[], stepMs: number): number {
  return points.reduce((sum, point) => sum + (point[2] * stepMs) / 1000, 0);
}

test.each([
  ["ab", "10.0.0.2"],
  ["ac", "10.1.0.2"],
])("what pings carry over %s is seen in both directions within seconds", async (link, to) => {
  // The first look has both nodes measure each second.
  await telemetry(link);
  await eventually(async () =>
    expect((await telemetry(link)).directions.map((way) => way.points.length)).not.toContain(0),
  );
  const pod = await lab.sandbox("a");
  await lab.host("nsenter", `--net=${pod.path}`, "ping", "-qn", `-c${COUNT}`, "-i0.01", `-s${DATA_BYTES}`, to);
  const least = COUNT * (DATA_BYTES + HEADER_BYTES);
  await eventually(
    async () => {
      const { directions, stepMs } = await telemetry(link);
      expect(stepMs).toBe(1000);
      for (const { points } of directions) {
        // An interval is never exactly a second.
        expect(bytes(points, stepMs)).toBeGreaterThan(least * 0.9);
        expect(bytes(points, stepMs)).toBeLessThan(least * 1.3);
      }
    },
    { withinMs: 10_000, everyMs: 200 },
  );
});
