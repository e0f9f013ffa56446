import { describe, expect, it } from "vitest";
import { differences, type Snapshot } from "./snapshot.js";

const before: Snapshot = new Map([
  ["a:in1", { ifIndex: 2, mac: "02:00:00:00:00:01", routes: ["default via 10.0.0.1 dev in1 proto static"] }],
  ["b:out2", { ifIndex: 3, mac: "02:00:00:00:00:02", routes: [] }],
]);

describe("differences", () => {
  it("finds nothing when nothing moved", () => {
    expect(differences(before, new Map(before), [])).toEqual([]);
  });

  it("names an index, a MAC and a route that moved", () => {
    const after: Snapshot = new Map([...before, ["a:in1", { ifIndex: 9, mac: "02:00:00:00:00:09", routes: [] }]]);
    expect(differences(before, after, [])).toEqual([
      "a:in1 index 2 became 9",
      "a:in1 MAC 02:00:00:00:00:01 became 02:00:00:00:00:09",
      "a:in1 lost route default via 10.0.0.1 dev in1 proto static",
    ]);
  });

  it("names what is gone and what is new, but not what was meant to move", () => {
    const after: Snapshot = new Map([
      ["a:in1", before.get("a:in1")!],
      ["c:x", { ifIndex: 1, mac: "", routes: [] }],
    ]);
    expect(differences(before, after, [])).toEqual(["b:out2 is gone", "c:x is new"]);
    expect(differences(before, after, ["b:out2", "c:x"])).toEqual([]);
  });
});
