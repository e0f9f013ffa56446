import type { Run } from "@ratchet/contracts";
import { Client, eventually } from "@ratchet/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type OpenLab, openLab } from "./open-lab.js";

const RUNS = "/api/v1/namespaces/default/runs";

let lab: OpenLab;

beforeAll(async () => {
  lab = await openLab({ nodes: 2, store: "etcd", replicas: 2 });
  for (const [pod, node] of [
    ["a", "left"],
    ["b", "right"],
    ["c", "right"],
  ] as const) {
    await lab.managedPod(pod, node);
  }
  await lab.wire("ab", ["a", "in1", "10.0.0.1/24"], ["b", "in1", "10.0.0.2/24"]);
  await lab.allUp();
}, 120_000);
afterAll(() => lab?.close());

const scenario = (name: string, steps: object[]) => ({
  metadata: { name },
  spec: {
    inline: {
      deadlineSeconds: 120,
      probes: [
        { name: "there", from: "a", to: "b", intervalMs: 20, waitMs: 500 },
        { name: "back", from: "b", to: "a", intervalMs: 20, waitMs: 500 },
      ],
      steps,
    },
  },
});

async function leader(): Promise<{ name: string; url: string }> {
  for (const replica of lab.lab.replicas) {
    const metrics = await (await fetch(`${replica.url}/metrics`)).text();
    if (/^ratchet_leader 1$/m.test(metrics)) return replica;
  }
  throw new Error("no replica leads");
}

it("a run begun at any replica is carried out by the leader, on agents of either, and seen at both", async () => {
  const leads = await eventually(leader);
  const other = lab.lab.replicas.find(({ name }) => name !== leads.name);
  const at = new Client(other?.url ?? "");
  const steps = [{ check: { ping: { from: "a", to: "b" } } }, { check: { ping: { from: "b", to: "a" } } }, { wait: 1 }];
  await at.must("POST", RUNS, scenario("both", steps));
  await eventually(async () => expect((await at.must<Run>("GET", `${RUNS}/both`)).status.phase).toBe("Passed"), {
    withinMs: 20_000,
  });
  const { status } = await at.must<Run>("GET", `${RUNS}/both`);
  for (const probe of status.probes) expect([probe.name, probe.sent > 20, probe.gaps]).toEqual([probe.name, true, []]);
});

it("the leader killed in the middle of a run: the other replica tears it down and puts back what it changed", async () => {
  const before = (await lab.client.topology()).links.map(({ spec }) => spec);
  const steps = [
    { reroute: { link: "ab", endpoint: 1, to: { pod: "c", interface: "in1" } } },
    { cut: "ab" },
    { wait: 100 },
  ];
  const leads = await eventually(leader);
  await lab.client.must("POST", RUNS, scenario("beheaded", steps));
  const read = () => lab.client.must<Run>("GET", `${RUNS}/beheaded`);
  await eventually(async () => expect((await read()).status.steps[2]?.state).toBe("running"), { withinMs: 20_000 });
  await lab.lab.killApi({ replica: leads.name, restart: false });
  await eventually(async () => expect((await read()).status.phase).toBe("Failed"), { withinMs: 40_000 });
  expect((await read()).status.reason).toBe("Interrupted");
  await lab.allUp();
  expect((await lab.client.topology()).links.map(({ spec }) => spec)).toEqual(before);
  await lab.lab.startApi(leads.name);
});
