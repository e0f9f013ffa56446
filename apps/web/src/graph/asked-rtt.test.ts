import { expect, test } from "vitest";
import { aLink } from "../test-support/resources.js";
import { agrees, askedRtt } from "./asked-rtt.js";

test("20 ms one way and 80 ms back are 100 ms, and neither 40 nor 160 agrees with that", () => {
  const link = aLink("l", "a:1", "b:1");
  expect(askedRtt(link)).toBeUndefined();
  link.spec.impairments = [
    { from: "a", delayMs: 20 },
    { from: "b", delayMs: 80 },
  ];
  const asked = askedRtt(link);
  expect(asked).toEqual({ ms: 100, toleranceMs: 5 });
  if (asked) expect([40, 100.4, 104, 160].map((ms) => agrees(asked, ms))).toEqual([false, true, true, false]);
});

test("jitter widens what agrees", () => {
  const link = aLink("l", "a:1", "b:1");
  link.spec.impairments = [{ from: "a", delayMs: 10, jitterMs: 3 }];
  expect(askedRtt(link)).toEqual({ ms: 10, toleranceMs: 5 });
});
