import { ScenarioSpec } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { planRun } from "./plan-run.js";

const spec = ScenarioSpec.parse({
  setup: [{ wait: 0 }],
  steps: [
    { wait: { minSeconds: 1, maxSeconds: 2 } },
    { parallel: [[{ cut: "a" }, { wait: 1 }], [{ cut: "b" }]] },
    { shuffle: [[{ kill: "x" }, { restart: "x" }], [{ kill: "y" }], [{ kill: "z" }]] },
    { fault: { target: { link: "a" }, action: { type: "flap", periodSeconds: 1 } } },
    { check: { link: { name: "a", phase: "Up" } } },
  ],
  teardown: [{ restore: "a" }],
});

test("branches run at once and are waited for; what is shuffled follows in turn", () => {
  const plan = planRun(spec, 1);
  const after = new Map(plan.map((step) => [step.id, step.after]));
  expect(after.get("steps[1].parallel[0][0]")).toEqual(["steps[0]"]);
  expect(after.get("steps[1].parallel[0][1]")).toEqual(["steps[1].parallel[0][0]"]);
  expect(after.get("steps[1].parallel[1][0]")).toEqual(["steps[0]"]);
  const shuffled = plan.filter(({ id }) => id.includes("shuffle"));
  expect(shuffled[0]?.after).toEqual(["steps[1].parallel[0][1]", "steps[1].parallel[1][0]"]);
  for (const [index, { after: before }] of shuffled.slice(1).entries()) expect(before).toEqual([shuffled[index]?.id]);
  expect(after.get("steps[3]")).toEqual([shuffled.at(-1)?.id]);
  expect(after.get("teardown[0]")).toEqual([]);
});

test("one seed draws the same, and seeds differ", () => {
  expect(planRun(spec, 7)).toEqual(planRun(spec, 7));
  const orders = new Set(
    Array.from({ length: 30 }, (_, seed) =>
      planRun(spec, seed)
        .filter(({ kind }) => kind === "kill")
        .map(({ name }) => name)
        .join(),
    ),
  );
  expect(orders.size).toBe(6);
  for (let seed = 0; seed < 100; seed++) {
    const [first] = planRun(spec, seed).filter(({ section }) => section === "steps");
    expect(first?.leaf.wait).toBeGreaterThanOrEqual(1);
    expect(first?.leaf.wait).toBeLessThanOrEqual(2);
  }
});

test("a group that may fail lets all in it fail, and so does the teardown", () => {
  const steps = [{ onFailure: "continue" as const, parallel: [[{ cut: "a" }]] }, { cut: "b" }];
  const plan = planRun(ScenarioSpec.parse({ steps, teardown: [{ wait: 1 }] }), 1);
  expect(plan.map(({ id, goesOn }) => [id, goesOn])).toEqual([
    ["steps[0].parallel[0][0]", true],
    ["steps[1]", false],
    ["teardown[0]", true],
  ]);
});
