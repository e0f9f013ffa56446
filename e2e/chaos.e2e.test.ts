import { describeFailure, runChaos } from "@ratchet/chaos";
import { expect, it } from "vitest";

// Enough to meet each kind of operation and disturbance; the long run is `pnpm test:chaos`.
const ROUNDS = 25;

// A machine that is busy with other things is slow, which is no difference: hence the long bounds.
it("rounds of writes, kills, stops, cuts and hand-made breaks end as the accepted writes say", async () => {
  const options = { rounds: ROUNDS, seed: "ci", nodes: 2, convergeWithinMs: 60_000 };
  const result = await runChaos(options);
  const failure = result.differences.length === 0 ? "" : describeFailure(options, result);
  expect(failure).toBe("");
  expect(result.rounds).toBe(ROUNDS);
  expect(result.accepted).toBeGreaterThan(50);
  expect(result.refused).toBeGreaterThan(0);
}, 600_000);
