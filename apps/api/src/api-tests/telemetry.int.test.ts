import type { StreamFrame, TelemetryRow } from "@ratchet/contracts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AgentStandIn } from "../test-support/agent-stand-in.js";
import { TestApi } from "../test-support/running-api.js";
import { StreamReader } from "../test-support/stream-reader.js";

const LINKS = "/api/v1/namespaces/default/links";
type TelemetryFrame = Extract<StreamFrame, { type: "telemetry" }>;
let api: TestApi;
let left: AgentStandIn;
let right: AgentStandIn;
let tunnel: string;
let local: string;
const readers: StreamReader[] = [];

beforeEach(async () => {
  api = await TestApi.start();
  left = await AgentStandIn.connect({ url: api.url, name: "left" });
  right = await AgentStandIn.connect({ url: api.url, name: "right", vtepAddress: "10.9.0.2" });
  for (const [name, node] of [
    ["a", "left"],
    ["b", "right"],
    ["c", "left"],
  ] as const) {
    await api.pod(name, { node, sandbox: { managed: true } });
  }
  const link = (name: string, ...pods: string[]) =>
    api.link(
      name,
      pods.map((pod) => ({ pod, interface: name })),
    );
  tunnel = (await link("ab", "a", "b")).metadata.uid;
  local = (await link("ca", "c", "a")).metadata.uid;
});
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.close();
  await left.kill();
  await right.kill();
  await api.stop();
});

async function watch(links: string[], query = ""): Promise<StreamReader> {
  const reader = await StreamReader.open(api.url, query);
  readers.push(reader);
  reader.send(JSON.stringify({ type: "watch", links }));
  return reader;
}
const tell = (agent: AgentStandIn, ...rows: TelemetryRow[]) =>
  agent.send({ type: "telemetry", intervalMs: 1000, rows, probes: [] });
const isTelemetry = (frame: StreamFrame): frame is TelemetryFrame => frame.type === "telemetry";
const lastWish = (agent: AgentStandIn) => agent.wishes.at(-1)?.intervalMs;

test("agents measure each second while a page looks at a link of theirs, and rarely otherwise", async () => {
  await expect.poll(() => [lastWish(left), lastWish(right)]).toEqual([10_000, 10_000]);
  const reader = await watch([local]);
  await expect.poll(() => [lastWish(left), lastWish(right)]).toEqual([1000, 10_000]);
  reader.send(JSON.stringify({ type: "watch", links: [tunnel] }));
  await expect.poll(() => [lastWish(left), lastWish(right)]).toEqual([1000, 1000]);
  reader.close();
  await expect.poll(() => [lastWish(left), lastWish(right)]).toEqual([10_000, 10_000]);
});

test("a direction is what its receiver's node counted, and a tunnel's sender adds what it dropped", async () => {
  tell(
    left,
    [tunnel, 0, 10, 1000, 1, 0],
    [tunnel, 1, 50, 5000, 3, 0],
    [local, 0, 5, 500, 0, 0],
    [local, 1, 7, 700, 0, 2],
  );
  tell(right, [tunnel, 0, 40, 4000, 0, 0]);
  const read = async (name: string) => (await api.get(`${LINKS}/${name}/telemetry?seconds=10`)).body;
  const sums = async (name: string) =>
    (await read(name)).directions.map(({ from, to, points }: { from: string; to: string; points: number[][] }) => [
      from,
      to,
      ...[1, 2, 3, 4].map((field) => points.reduce((sum, point) => sum + (point[field] ?? 0), 0)),
    ]);
  await expect
    .poll(() => sums("ab"))
    .toEqual([
      ["a:ab", "b:ab", 40, 4000, 3, 0],
      ["b:ab", "a:ab", 10, 1000, 1, 0],
    ]);
  expect(await sums("ca")).toEqual([
    ["c:ca", "a:ca", 7, 700, 0, 2],
    ["a:ca", "c:ca", 5, 500, 0, 0],
  ]);
  expect((await read("ab")).stepMs).toBe(1000);
  const metrics = (await api.get("/metrics")).body;
  expect(metrics).toContain('ratchet_link_bytes_total{namespace="default",link="ab",from="a:ab",to="b:ab"} 4000');
  expect(metrics).toContain('ratchet_link_errors_total{namespace="default",link="ca",from="c:ca",to="a:ca"} 2');
  await api.request("DELETE", `${LINKS}/ab`);
  expect((await api.get("/metrics")).body).not.toContain('link="ab"');
});

test("a reader is told of what it watches alone, zeros too", async () => {
  const reader = await watch([tunnel]);
  const blind = await watch([tunnel], "?namespace=other");
  await expect.poll(() => lastWish(left)).toBe(1000);
  tell(left, [tunnel, 0, 10, 1000, 0, 0], [local, 0, 5, 500, 0, 0]);
  expect((await reader.frame(isTelemetry)).rows).toEqual([[tunnel, 1, 10, 1000, 0, 0]]);
  tell(right);
  const idle = await reader.frame((frame): frame is TelemetryFrame => isTelemetry(frame) && frame.rows[0]?.[1] === 0);
  expect(idle.rows).toEqual([[tunnel, 0, 0, 0, 0, 0]]);
  expect(blind.frames.filter(isTelemetry)).toEqual([]);
});

test("a link nobody measured has no points, and what cannot be asked is refused", async () => {
  const { status, body } = await api.get(`${LINKS}/ab/telemetry`);
  expect([status, body.directions.map(({ points }: { points: [] }) => points.length)]).toEqual([200, [0, 0]]);
  expect((await api.get(`${LINKS}/none/telemetry`)).status).toBe(404);
  for (const query of ["seconds=0", "seconds=86401", "minutes=1"]) {
    expect((await api.get(`${LINKS}/ab/telemetry?${query}`)).status).toBe(422);
  }
});

test("the last minutes are read by the second or by ten, as asked", async () => {
  tell(left, [local, 0, 50, 5000, 0, 0]);
  const points = async (step: string) => {
    const { body } = await api.get(`${LINKS}/ca/telemetry?seconds=60${step}`);
    const rates = body.directions[1].points.map((point: number[]) => point[1]) as number[];
    return [body.stepMs, Math.max(0, ...rates)];
  };
  await expect.poll(() => points("&step=1")).toEqual([1000, 50]);
  expect(await points("")).toEqual([1000, 50]);
  // Of ten seconds one was measured.
  expect(await points("&step=10")).toEqual([10_000, 50]);
  expect((await api.get(`${LINKS}/ca/telemetry?step=2`)).status).toBe(422);
});

test("rows of links that are not the node's are not believed", async () => {
  tell(right, [local, 0, 5, 500, 0, 0], ["no-such", 0, 1, 1, 0, 0], [tunnel, 0, 1, 60, 0, 0]);
  await expect.poll(() => api.core.telemetry.history.size).toBe(1);
});
