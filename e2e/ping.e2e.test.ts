import { existsSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OpenLab, openLab } from "./open-lab.js";

let lab: OpenLab;

beforeAll(async () => {
  lab = await openLab({ nodes: 2 });
  await lab.managedPod("a", "left");
  await lab.managedPod("b", "right");
  await lab.wire("ab", ["a", "in1", "10.0.0.1/24"], ["b", "in1", "10.0.0.2/24"]);
  await lab.allUp();
}, 60_000);
afterAll(() => lab?.close());

const ping = (body: object) => ask("ping", body);

async function ask(verb: "ping" | "trace", body: object) {
  const response = await fetch(`${lab.url}/api/v1/namespaces/default/pods/a/${verb}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

test("a pod's neighbour behind a tunnel answers, is silent when the wire is cut, and answers again", async () => {
  const { status, body } = await ping({ to: "b", waitMs: 5000 });
  expect([status, body]).toMatchObject([200, { address: "10.0.0.2", sent: 3, received: 3 }]);
  await lab.client.patchLink("ab", { spec: { state: "down" } });
  await expect.poll(async () => (await ping({ to: "b", count: 1, waitMs: 100 })).body.received).toBe(0);
  await lab.client.patchLink("ab", { spec: { state: "up" } });
  await expect.poll(async () => (await ping({ to: "b", count: 1 })).body.received, { timeout: 10_000 }).toBe(1);
});

test("a trace names the pod it reaches", async () => {
  const { body } = await ask("trace", { to: "b" });
  expect(body).toMatchObject({ isReached: true, hops: [{ hop: 1, address: "10.0.0.2", pod: "b" }] });
});

test("a pod that dies while it is measured from ends the measurement, and its namespace goes", async () => {
  const { path } = await lab.sandbox("a");
  const waiting = ping({ to: "10.0.0.2", count: 1000, intervalMs: 20 });
  await new Promise((resolve) => setTimeout(resolve, 200));
  await lab.client.act("a", "kill");
  expect(await waiting).toMatchObject({ status: 409, body: { code: "Conflict" } });
  await expect.poll(() => existsSync(path)).toBe(false);
});
