import { LabFile } from "@ratchet/contracts";
import { describe, expect, it } from "vitest";
import { chooseRouting } from "./choose-routing.js";

const file = LabFile.parse({
  requires: { frr: ["/x/zebra", "/x/ospfd"] },
  pods: { r: { routing: { frr: {}, static: {} } } },
});

describe("chooseRouting", () => {
  it("takes FRR when every program of it is there", () => {
    expect(chooseRouting("auto", [file], () => true)?.routing).toBe("frr");
  });

  it("falls back to static routes and names what is missing", () => {
    const chosen = chooseRouting("auto", [file], (path) => path !== "/x/ospfd");
    expect(chosen).toEqual({ routing: "static", reason: "static routes, because /x/ospfd is not installed" });
  });

  it("does as asked, and refuses FRR that is not there", () => {
    expect(chooseRouting("static", [file], () => true)?.routing).toBe("static");
    expect(() => chooseRouting("frr", [file], () => false)).toThrow("/x/zebra, /x/ospfd");
  });

  it("has nothing to choose where no pod routes", () => {
    expect(chooseRouting("frr", [LabFile.parse({})], () => false)).toBeUndefined();
  });
});
