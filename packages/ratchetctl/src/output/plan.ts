import type { FieldDiff, PlanStep } from "@ratchet/contracts";
import type { Colour, Paint } from "./paint.js";

const MARKS = { create: "+", update: "~", delete: "-", unchanged: " " } as const;
const COLOURS: Record<PlanStep["action"], Colour | undefined> = {
  create: "green",
  update: "yellow",
  delete: "red",
  unchanged: "grey",
};
const VALUE_MAX = 60;

/** A plan as people read it: one line an object, one more for each field that differs. */
export function planText(plan: readonly PlanStep[], paint: Paint): string {
  const lines = plan.flatMap((step) => {
    const head = paint(COLOURS[step.action], `${MARKS[step.action]} ${step.kind} ${step.namespace}/${step.name}`);
    // Of what is made or goes every field differs: the name says enough.
    return step.action === "update" ? [head, ...step.diff.map((field) => `    ${fieldText(field)}`)] : [head];
  });
  return [...lines, countsText(plan), ""].join("\n");
}

/** `2 to create, 1 unchanged`. */
export function countsText(plan: readonly PlanStep[]): string {
  const count = (action: PlanStep["action"]) => plan.filter((step) => step.action === action).length;
  const parts = [
    [count("create"), "created"],
    [count("update"), "updated"],
    [count("delete"), "deleted"],
    [count("unchanged"), "unchanged"],
  ] as const;
  return (
    parts
      .filter(([number]) => number > 0)
      .map(([number, word]) => `${number} ${word}`)
      .join(", ") || "nothing to do"
  );
}

function fieldText({ path, before, after }: FieldDiff): string {
  if (before === undefined) return `+ ${path}: ${value(after)}`;
  if (after === undefined) return `- ${path}: ${value(before)}`;
  return `~ ${path}: ${value(before)} -> ${value(after)}`;
}

function value(of: unknown): string {
  const text = typeof of === "string" ? of : JSON.stringify(of);
  return text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX - 3)}...` : text;
}
