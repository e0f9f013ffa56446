import { expect, test } from "vitest";
import { judge, type Sample } from "./judge.js";

const MIB = 2 ** 20;
const limits = { slackBytes: 4 * MIB, maxAgeSeconds: 90 };

/** Twenty samples; `grow` bytes more with each. */
function samples(change: (n: number) => Partial<Sample>): Sample[] {
  return Array.from({ length: 20 }, (_, n) => ({
    ...{ cycles: n * 50, memory: { api: 150 * MIB, "agent left": 90 * MIB }, storeBytes: 8 * MIB },
    ...{ historyBytes: MIB, changes: 100, oldestSeconds: 60 },
    ...change(n),
  }));
}

test("is content with what warms up, swings, and then stays", () => {
  const found = judge(
    samples((n) => ({ memory: { api: (n < 6 ? 80 + n * 12 : 150 + (n % 3) * 15) * MIB } })),
    limits,
  );
  expect(found).toEqual([]);
});

test.each<[string, (n: number) => Partial<Sample>, RegExp]>([
  ["a process that grows", (n) => ({ memory: { api: (150 + n * 4) * MIB } }), /memory of api grew from/],
  ["a store that grows", (n) => ({ storeBytes: (8 + n) * MIB }), /the store grew from/],
  ["a history that keeps too much", (n) => ({ oldestSeconds: n * 10 }), /190 s old, allowed are 90 s/],
])("names %s", (_, change, message) => {
  expect(judge(samples(change), limits)).toEqual([expect.stringMatching(message)]);
});

test("says nothing of a run that was too short", () => {
  expect(judge(samples(() => ({})).slice(0, 3), limits)).toEqual(["there are too few samples to say anything"]);
});
