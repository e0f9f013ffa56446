import { setTimeout as delay } from "node:timers/promises";
import type { Fault, HealResult } from "@ratchet/contracts";
import { eventually, type Sandbox } from "@ratchet/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenLab, openLab } from "./open-lab.js";

const FAULTS = "/api/v1/namespaces/default/faults";

describe("faults of a tunnel between two nodes", () => {
  let lab: OpenLab;
  let pods: Sandbox[];

  beforeAll(async () => {
    lab = await openLab({ nodes: 2 });
    await lab.managedPod("a", "left");
    await lab.managedPod("b", "right");
    await lab.wire("ab", ["a", "in1", "10.0.0.1/24"], ["b", "in1", "10.0.0.2/24"]);
    await lab.allUp();
    // Found while there is an API to ask.
    pods = await Promise.all(["a", "b"].map((name) => lab.sandbox(name)));
  });
  afterAll(() => lab?.close());

  /** As the pods' own kernels have it. */
  async function carriers(): Promise<boolean[]> {
    const links = await Promise.all(pods.map((pod) => pod.link("in1")));
    return links.map((link) => link?.flags.includes("LOWER_UP") === true);
  }

  const both = (wanted: boolean, withinMs: number) =>
    eventually(async () => expect(await carriers()).toEqual([wanted, wanted]), { withinMs, everyMs: 25 });

  async function down(name: string, durationSeconds: number): Promise<void> {
    const spec = { target: { link: "ab" }, action: { type: "down" }, durationSeconds };
    const answer = await lab.client.request("POST", FAULTS, { metadata: { name }, spec });
    expect(answer.status).toBe(201);
    await both(false, 3000);
  }

  const statusOf = async (name: string) => (await lab.client.must<Fault>("GET", `${FAULTS}/${name}`)).status;

  it("ends at its deadline with the API killed, and the history says so afterwards", async () => {
    const beganAt = performance.now();
    await down("alone", 4);
    await lab.lab.killApi({ restart: false });
    await both(true, 6000);
    const tookMs = performance.now() - beganAt;
    expect(tookMs).toBeGreaterThan(3900);
    expect(tookMs).toBeLessThan(6000);
    await lab.lab.startApi();
    await eventually(async () => expect(await statusOf("alone")).toMatchObject({ phase: "Ended", ended: "deadline" }));
    await lab.allUp();
  });

  it("ends overdue at the start of agents that were killed with the API", async () => {
    await down("late", 3);
    await lab.lab.killApi({ restart: false });
    for (const node of ["left", "right"]) await lab.lab.killAgent(node, { restart: false });
    await delay(3500);
    // Nobody is there to end it.
    expect(await carriers()).toEqual([false, false]);
    for (const node of ["left", "right"]) await lab.lab.startAgent(node);
    await both(true, 5000);
    await lab.lab.startApi();
    await eventually(async () => expect(await statusOf("late")).toMatchObject({ phase: "Ended", ended: "deadline" }));
    await lab.allUp();
  });

  it("leaves the one of two stacked faults, and heals everything at once", async () => {
    await down("first", 600);
    await down("second", 600);
    expect((await lab.client.request("DELETE", `${FAULTS}/first`)).status).toBe(200);
    await delay(300);
    expect(await carriers()).toEqual([false, false]);
    expect((await lab.client.must<HealResult>("POST", "/api/v1/heal")).healed).toHaveLength(1);
    await both(true, 3000);
    await lab.allUp();
  });
});
