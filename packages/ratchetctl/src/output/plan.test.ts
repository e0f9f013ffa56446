import type { PlanStep } from "@ratchet/contracts";
import { describe, expect, it } from "vitest";
import { paintFor } from "./paint.js";
import { planText } from "./plan.js";

const step = (action: PlanStep["action"], name: string, diff: PlanStep["diff"] = []): PlanStep => ({
  action,
  kind: "Link",
  namespace: "default",
  name,
  diff,
});

describe("planText", () => {
  it("marks what is made, changed and removed, and names the fields that differ", () => {
    const plan = [
      step("create", "new", [{ path: "spec.state", after: "up" }]),
      step("update", "moved", [
        { path: "spec.state", before: "up", after: "down" },
        { path: "spec.mtu", after: 1400 },
        { path: "metadata.labels.a", before: "b" },
      ]),
      step("delete", "old"),
      step("unchanged", "same"),
    ];
    expect(planText(plan, paintFor(false, {})).split("\n")).toEqual([
      "+ Link default/new",
      "~ Link default/moved",
      "    ~ spec.state: up -> down",
      "    + spec.mtu: 1400",
      "    - metadata.labels.a: b",
      "- Link default/old",
      "  Link default/same",
      "1 created, 1 updated, 1 deleted, 1 unchanged",
      "",
    ]);
  });

  it("says that an empty plan does nothing", () => {
    expect(planText([], paintFor(false, {}))).toBe("nothing to do\n");
  });
});
