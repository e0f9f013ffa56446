import { runSoak } from "@ratchet/chaos";
import { expect, it } from "vitest";

// Enough to see a store or a history that keeps everything; the long run is `pnpm test:soak`.
const CYCLES = 300;

it("hundreds of wires made, cut, mended and taken away leave nothing, and nothing grows", async () => {
  const result = await runSoak({ cycles: CYCLES, keepSeconds: 2 });
  expect(result.problems).toEqual([]);
  expect(result.cycles).toBe(CYCLES);
  const [first, last] = [result.samples[0], result.samples.at(-1)];
  // Four changes a cycle, and those of the first cycles are gone by now: 300 take some eight seconds at the fastest.
  expect(last?.changes).toBeLessThan(CYCLES * 4);
  expect(Object.keys(first?.held ?? {}).sort()).toEqual(["agent left", "agent right", "api"]);
}, 600_000);
