import { type ChaosOptions, describeFailure, runChaos } from "@ratchet/chaos";
import { expect, it } from "vitest";

// Enough to meet each kind of operation and disturbance; the long runs are `pnpm test:chaos`.
const ROUNDS = 25;
const ROUNDS_WITH_ETCD = 4;

// A machine that is busy with other things is slow, which is no difference: hence the long bounds.
const PATIENCE = { nodes: 2, convergeWithinMs: 60_000 };

async function play(options: ChaosOptions): Promise<{ accepted: number; refused: number }> {
  const result = await runChaos(options);
  const failure = result.differences.length === 0 ? "" : describeFailure(options, result);
  expect(failure).toBe("");
  expect(result.rounds).toBe(options.rounds);
  return result;
}

it("rounds of writes, kills, stops, cuts, full disks and hand-made breaks end as the accepted writes say", async () => {
  const { accepted, refused } = await play({
    ...PATIENCE,
    rounds: ROUNDS,
    seed: "ci",
    smallDisks: true,
    hasSelectors: true,
  });
  expect(accepted).toBeGreaterThan(50);
  expect(refused).toBeGreaterThan(0);
}, 600_000);

it("so do rounds on etcd with two replicas, of which any may be killed, stopped or cut off", async () => {
  const { accepted } = await play({
    ...PATIENCE,
    rounds: ROUNDS_WITH_ETCD,
    seed: "ci",
    store: "etcd",
    replicas: 2,
    hasSelectors: true,
  });
  expect(accepted).toBeGreaterThan(20);
}, 600_000);
