import type { z } from "zod";
import type { LeafStep, ScenarioStep } from "./scenario-step.js";

export const SECTIONS = ["setup", "steps", "teardown"] as const;
export type Section = (typeof SECTIONS)[number];

interface Body {
  probes: { name: string }[];
  setup: ScenarioStep[];
  steps: ScenarioStep[];
  teardown: ScenarioStep[];
}

/** Every step that holds no others, with its place. */
export function* leavesOf(body: Pick<Body, Section>): Iterable<{ step: LeafStep; path: (string | number)[] }> {
  for (const section of SECTIONS) {
    for (const [index, step] of body[section].entries()) {
      const form = step.parallel === undefined ? "shuffle" : "parallel";
      const branches = step[form];
      if (branches === undefined) yield { step, path: [section, index] };
      for (const [row, branch] of (branches ?? []).entries())
        for (const [column, leaf] of branch.entries()) yield { step: leaf, path: [section, index, form, row, column] };
    }
  }
}

/** Names within the scenario: each probe and fault once, and nothing named that is not there. */
export function checkReferences(body: Body, ctx: z.RefinementCtx): void {
  const issue = (path: (string | number)[], message: string) => ctx.addIssue({ code: "custom", path, message });
  const probes = new Set<string>();
  for (const [index, { name }] of body.probes.entries()) {
    if (probes.has(name)) issue(["probes", index, "name"], `${name} is the name of another probe`);
    probes.add(name);
  }
  const faults = new Set<string>();
  for (const { step, path } of leavesOf(body)) {
    const name = step.fault?.name;
    if (name === undefined) continue;
    if (faults.has(name)) issue([...path, "fault", "name"], `${name} is the name of another fault step`);
    faults.add(name);
  }
  for (const { step, path } of leavesOf(body)) {
    if (step.heal !== undefined && step.heal !== "*" && !faults.has(step.heal)) {
      issue([...path, "heal"], `${step.heal} is no fault step's name: give one a name, or use cut and restore`);
    }
    const form = step.check === undefined ? "waitUntil" : "check";
    const probe = step[form]?.probe?.name;
    if (probe !== undefined && !probes.has(probe)) {
      issue([...path, form, "probe", "name"], `${probe} is none of the scenario's probes`);
    }
  }
}
