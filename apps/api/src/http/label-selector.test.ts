import { expect, test } from "vitest";
import { parseLabelSelector } from "./label-selector.js";

const LABELS = { app: "router", "ratchet.network/set": "s" };

test.each([
  ["", true],
  ["app=router", true],
  ["app==router", true],
  ["app!=router", false],
  ["tier!=x", true],
  ["app in (router, host)", true],
  ["app notin (router)", false],
  ["tier notin (x)", true],
  ["app,ratchet.network/set=s", true],
  ["!app", false],
  ["!tier", true],
  ["toString", false],
])("%s is %s", (selector, expected) => {
  expect(parseLabelSelector(selector)(LABELS)).toBe(expected);
});

test.each(["=", "a b", "app=router,", "app in router", "(", "app in (a", "app=a b", "app=_", "app in (a b)", "app>5"])(
  "refuses %s",
  (selector) => {
    expect(() => parseLabelSelector(selector)).toThrow(/labelSelector/);
  },
);
