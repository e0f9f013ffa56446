import { expect, test } from "vitest";
import { readUrl, writeUrl } from "./url-state.js";

test("an address restores what it was written from", () => {
  const state = {
    namespace: "lab-2",
    selection: ["link/a-b", "pod/x"],
    filter: "state:cut node:left",
    view: { x: -12, y: 40, zoom: 0.75 },
  };
  expect(readUrl(writeUrl(state))).toEqual(state);
});

test("the default view has a bare address", () => {
  expect(writeUrl({ namespace: "default", selection: [], filter: "", view: null })).toBe("");
});

test("what makes no sense is left out", () => {
  expect(readUrl("?ns=../x&sel=link/ok,evil,pod/&view=1,two,3")).toEqual({
    namespace: "default",
    selection: ["link/ok"],
    filter: "",
    view: null,
  });
  expect(readUrl("?view=0,0,0").view).toBeNull();
});
