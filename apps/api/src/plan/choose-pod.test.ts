import { expect, it } from "vitest";
import { type Candidate, choosePod, type Readiness } from "./choose-pod.js";

const pod = (name: string, second: number, readiness: Readiness = "ready"): Candidate => ({
  name,
  createdAt: `2026-01-01T00:00:0${second}.000Z`,
  readiness,
});

it("chooses the newest ready pod", () => {
  expect(choosePod([pod("a", 1), pod("b", 3), pod("c", 2)], null)).toBe("b");
  expect(choosePod([pod("a", 1), pod("b", 3, "notReady")], null)).toBe("a");
  expect(choosePod([pod("a", 1)], "gone")).toBe("a");
});

it("moves to a newer one when that is ready, and not before", () => {
  expect(choosePod([pod("a", 1), pod("b", 2, "notReady")], "a")).toBe("a");
  expect(choosePod([pod("a", 1), pod("b", 2)], "a")).toBe("b");
});

it("leaves the wire where it is when another is just as new, whatever their order", () => {
  expect(choosePod([pod("a", 1), pod("b", 1)], "b")).toBe("b");
  expect(choosePod([pod("b", 1), pod("a", 1)], null)).toBe("a");
});

it("goes back to an older one that is ready when the newest is no longer", () => {
  expect(choosePod([pod("a", 1), pod("b", 2, "notReady")], "b")).toBe("a");
});

it("leaves the wire where it is while nothing is known of its pod, or none is ready", () => {
  expect(choosePod([pod("a", 1), pod("b", 2, "unknown")], "b")).toBe("b");
  expect(choosePod([pod("a", 1, "notReady"), pod("b", 2, "notReady")], "a")).toBe("a");
});

it("never begins with a pod that is not known to be ready", () => {
  expect(choosePod([pod("a", 1, "unknown"), pod("b", 2, "notReady")], null)).toBeNull();
});
