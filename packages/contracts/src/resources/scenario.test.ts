import { expect, test } from "vitest";
import { fieldErrors } from "../api/problem.js";
import { ScenarioInput } from "./scenario.js";

const scenario = (spec: object) => ({ metadata: { name: "s" }, spec });

test("a scenario has its defaults", () => {
  const { spec } = ScenarioInput.parse(
    scenario({
      probes: [{ name: "p", from: "a", to: "10.0.0.1" }],
      steps: [{ check: { ping: { from: "a", to: "b" } } }],
    }),
  );
  expect(spec).toMatchObject({ deadlineSeconds: 300, seed: 1, setup: [], teardown: [] });
  expect(spec.probes[0]).toMatchObject({ intervalMs: 50, waitMs: 1000 });
  expect(spec.steps[0]?.check?.ping).toMatchObject({ expect: "works", count: 3 });
});

test.each([
  ["no step", { steps: [] }, "spec.steps"],
  ["a step without form", { steps: [{ name: "x" }] }, "spec.steps[0]"],
  ["two forms in one step", { steps: [{ wait: 1, cut: "l" }] }, "spec.steps[0]"],
  ["a misspelt form", { steps: [{ wait: 1 }, { cutt: "l" }] }, "spec.steps[1].cutt"],
  ["a check without condition", { steps: [{ check: {} }] }, "spec.steps[0].check"],
  [
    "a wrong number inside",
    { steps: [{ check: { ping: { from: "a", to: "b", count: 0 } } }] },
    "spec.steps[0].check.ping.count",
  ],
  [
    "a probe that is none",
    { steps: [{ check: { probe: { name: "p", isUp: true } } }] },
    "spec.steps[0].check.probe.name",
  ],
  ["healing what is not broken", { steps: [{ heal: "f" }] }, "spec.steps[0].heal"],
  [
    "two probes of one name",
    {
      probes: [
        { name: "p", from: "a", to: "b" },
        { name: "p", from: "b", to: "a" },
      ],
      steps: [{ wait: 1 }],
    },
    "spec.probes[1].name",
  ],
  [
    "a wrong step in a branch",
    { steps: [{ parallel: [[{ wait: 1 }], [{ wait: 1 }, { kill: "No" }]] }] },
    "spec.steps[0].parallel[1][1].kill",
  ],
  [
    "parallel within parallel",
    { steps: [{ parallel: [[{ parallel: [[{ wait: 1 }]] }]] }] },
    "spec.steps[0].parallel[0][0].parallel",
  ],
  [
    "a ping that fails fast",
    { steps: [{ check: { ping: { from: "a", to: "b", expect: "fails", underMs: 1 } } }] },
    "spec.steps[0].check.ping.expect",
  ],
  ["a wait backwards", { steps: [{ wait: { minSeconds: 2, maxSeconds: 1 } }] }, "spec.steps[0].wait.minSeconds"],
])("refuses %s at its field", (_what, spec, field) => {
  const parsed = ScenarioInput.safeParse(scenario(spec));
  expect(parsed.error && fieldErrors(parsed.error).map((error) => error.field)).toContain(field);
});
