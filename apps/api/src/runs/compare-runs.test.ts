import type { Run } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { orderOf } from "./compare-runs.js";

const step = (id: string, startedMs: number) => ({ id, state: "passed", startedMs });
const outage = (afterStep: string, durationMs: number) => ({ afterStep, durationMs });
const run = (steps: object[], outages: object[]) =>
  ({ status: { steps, probes: [{ name: "a-to-b", outages }] } }) as unknown as Run;

test("who lost packets for a while stands after the step that broke something", () => {
  const steps = [step("mend", 2000), step("cut", 1000)];
  expect(orderOf(run(steps, [outage("cut", 900)]))).toEqual(["cut passed", "a-to-b loses packets", "mend passed"]);
});

test("a few packets that one run loses and another does not make no other order", () => {
  const steps = [step("cut", 1000), step("mend", 2000)];
  const calm = run(steps, [outage("cut", 900)]);
  const unlucky = run(steps, [outage("cut", 1400), outage("mend", 60)]);
  expect(orderOf(unlucky)).toEqual(orderOf(calm));
});
