import { expect, test } from "vitest";
import { judge, type Sample } from "./judge.js";

const MIB = 2 ** 20;
const limits = { slackBytes: 4 * MIB, residentSlackBytes: 32 * MIB, maxAgeSeconds: 90 };

/** Twenty samples; `grow` bytes more with each. */
function samples(change: (n: number) => Partial<Sample>): Sample[] {
  return Array.from({ length: 20 }, (_, n) => ({
    ...{ cycles: n * 50, memory: { api: 150 * MIB, "agent left": 90 * MIB }, storeBytes: 8 * MIB },
    held: { api: 60 * MIB, "agent left": 30 * MIB },
    ...{ historyBytes: MIB, changes: 100, oldestSeconds: 60 },
    ...change(n),
  }));
}

test("is content with what warms up and then stays, and with garbage that comes and goes", () => {
  const found = judge(
    samples((n) => ({
      held: { api: (n < 6 ? 30 + n * 5 : 60) * MIB },
      memory: { api: (n < 6 ? 80 + n * 12 : 150 + (n % 3) * 15) * MIB },
    })),
    limits,
  );
  expect(found).toEqual([]);
});

test.each<[string, (n: number) => Partial<Sample>, RegExp]>([
  ["a process that holds more and more", (n) => ({ held: { api: (60 + n * 2) * MIB } }), /what api holds grew from/],
  ["one that grows beside its heap", (n) => ({ memory: { api: (150 + n * 9) * MIB } }), /memory of api grew from/],
  ["a store that grows", (n) => ({ storeBytes: (8 + n) * MIB }), /the store grew from/],
  ["a history that keeps too much", (n) => ({ oldestSeconds: n * 10 }), /190 s old, allowed are 90 s/],
])("names %s", (_, change, message) => {
  expect(judge(samples(change), limits)).toEqual([expect.stringMatching(message)]);
});

test("says nothing of a run that was too short", () => {
  expect(judge(samples(() => ({})).slice(0, 3), limits)).toEqual(["there are too few samples to say anything"]);
});
