import { FaultInput } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { type FaultAim, faultName, faultSpecs, kindsFor, NEW_DRAFT, parseLabels } from "./fault-draft.js";

const WORLD = { pods: ["a", "b", "c"], nodes: ["left", "right"] };
const AIMS: FaultAim[] = [
  { kind: "links", names: ["ab", "bc"] },
  { kind: "pods", names: ["a"] },
  { kind: "node", name: "left" },
  { kind: "namespace" },
];

test("whatever the form offers is what the API's schema takes", () => {
  for (const aim of AIMS) {
    for (const scope of ["nodes", "pods", "labels"] as const) {
      for (const kind of kindsFor(aim, scope)) {
        const side = scope === "nodes" ? ["left"] : ["a"];
        const result = faultSpecs(
          { ...NEW_DRAFT, kind, scope, side, labels: "tier=core", reason: " drill " },
          aim,
          WORLD,
        );
        if ("problem" in result) throw new Error(`${aim.kind} ${scope} ${kind}: ${result.problem}`);
        for (const spec of result.specs) {
          const parsed = FaultInput.safeParse({ metadata: { name: faultName(spec, () => 0.5) }, spec });
          expect(parsed.error?.issues, `${aim.kind} ${scope} ${kind}`).toBeUndefined();
          expect(spec.reason).toBe("drill");
        }
      }
    }
  }
});

test("several wires are several faults, selected pods are one side of a partition", () => {
  const wires = faultSpecs(NEW_DRAFT, { kind: "links", names: ["ab", "bc"] }, WORLD);
  expect(wires).toMatchObject({ specs: [{ target: { link: "ab" } }, { target: { link: "bc" } }] });
  const pods = faultSpecs({ ...NEW_DRAFT, kind: "partition" }, { kind: "pods", names: ["a", "c"] }, WORLD);
  expect(pods).toMatchObject({ specs: [{ target: { groups: [{ pods: ["a", "c"] }, { pods: ["b"] }] } }] });
});

test("a partition with an empty side is refused before it is asked for", () => {
  const draft = { ...NEW_DRAFT, kind: "partition" as const, scope: "nodes" as const };
  expect(faultSpecs(draft, { kind: "namespace" }, WORLD)).toEqual({
    problem: "Choose at least one node for the one side",
  });
  expect(faultSpecs({ ...draft, side: WORLD.nodes }, { kind: "namespace" }, WORLD)).toEqual({
    problem: "Leave at least one node for the other side",
  });
});

test("labels are read as they are written elsewhere", () => {
  expect(parseLabels("app=router, tier=core")).toEqual({ app: "router", tier: "core" });
  for (const text of ["", "app", "app=", "=x", "a=b=c"]) expect(parseLabels(text), text).toBeUndefined();
});
