import { describe, expect, it } from "vitest";
import { defaultNodes, planUnderlay } from "./underlay-plan.js";

describe("planUnderlay", () => {
  it("gives every node an address of its own, also beyond one octet", () => {
    const plan = planUnderlay(defaultNodes(600));
    expect(plan[0]).toMatchObject({ name: "left", labels: { ratchetside: "left" }, address: "10.255.0.1" });
    expect(plan[299]).toMatchObject({ name: "node300", address: "10.255.1.44" });
    expect(new Set(plan.map((node) => node.address)).size).toBe(600);
    expect(new Set(plan.map((node) => node.bridgePort)).size).toBe(600);
  });
});
