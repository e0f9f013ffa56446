import { expect, test } from "vitest";
import { BREAKS, isOperation, type Round, type Single } from "./operation.js";
import { Planner } from "./plan-round.js";

const nodes = ["left", "right"].map((name, index) => ({
  name,
  labels: { side: name },
  address: `10.255.0.${index + 1}`,
}));
const rounds = (seed: string, count: number): Round[] => {
  const planner = new Planner(seed, nodes);
  return Array.from({ length: count }, () => planner.next());
};
const singles = (list: readonly Round[]): Single[] =>
  list.flatMap(({ steps }) => steps.flatMap((step) => ("together" in step ? step.together : [step])));

test("a seed always gives the same schedule, and another one another", () => {
  expect(rounds("7", 30)).toEqual(rounds("7", 30));
  expect(rounds("7", 3)).not.toEqual(rounds("8", 3));
});

test("a longer run begins as a shorter one", () => {
  expect(rounds("7", 30).slice(0, 10)).toEqual(rounds("7", 10));
});

test("every kind of write, disturbance and break occurs", () => {
  const all = singles(rounds("all", 200));
  const kinds = new Set(
    all.map((single) => ("op" in single ? single.op : "disturb" in single ? single.disturb : single.break)),
  );
  const writes = ["create", "replace", "patch", "delete", "reroute", "kill", "restart", "apply", "revert"];
  const disturbances = ["killAgent", "stopAgent", "cutAgent", "pauseAgent", "killApi", "stopApi"];
  expect([...kinds].sort()).toEqual([...writes, ...disturbances, ...BREAKS].sort());
  expect(all.filter(isOperation).some((operation) => operation.op === "apply" && operation.prune !== undefined)).toBe(
    true,
  );
});

test("what is broken by hand comes first, while it is known what is there", () => {
  for (const { steps } of rounds("first", 100)) {
    const last = steps.findLastIndex((step) => "break" in step);
    expect(steps.slice(0, last + 1).every((step) => "break" in step)).toBe(true);
  }
});
