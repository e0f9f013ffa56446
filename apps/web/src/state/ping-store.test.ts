import { expect, test } from "vitest";
import { type PingSample, rttTexts, summaryOf } from "./ping-store.js";

const run = (...times: (number | null)[]) => ({
  samples: times.map((rttMs, at): PingSample => ({ at, rttMs })),
  problem: "",
});

test("the newest few say how it is now, all of them what was lost", () => {
  expect(summaryOf(run(1, 1, 1, null, 50, 51, 50, 52))).toEqual({
    nowMs: 50,
    minMs: 1,
    maxMs: 52,
    lossPercent: 12.5,
    sent: 8,
  });
});

test("a wire that does not answer says so, one that has not been asked says nothing", () => {
  const texts = rttTexts(
    new Map([
      ["dead", run(1, null, null, null, null)],
      ["new", run()],
      ["good", run(0.21)],
      ["far", run(412.3)],
    ]),
  );
  expect([...texts]).toEqual([
    ["dead", "no answer"],
    ["good", "0.21 ms"],
    ["far", "412 ms"],
  ]);
});
