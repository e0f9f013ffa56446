import { expect, test } from "vitest";
import { AgentPlaces } from "./agent-places.js";

test("the newest connection counts, in whatever order replicas tell of it", () => {
  const places = new AgentPlaces();
  expect(places.move("left", "b", 5)).toBe(true);
  expect(places.move("left", "c", 9)).toBe(true);
  expect(places.move("left", "b", 5)).toBe(false);
  expect(places.leave("left", "b", 5)).toBe(false);
  expect(places.get("left")).toMatchObject({ replica: "c", term: 9 });
});

test("a connection here is newer than all that are known, though another replica's clock is ahead", () => {
  const places = new AgentPlaces();
  places.move("left", "b", 5_000);
  expect(places.take("left", 1_000)).toBe(5_001);
  expect(places.move("left", "b", 5_000)).toBe(false);
  expect(places.at(null)).toEqual([["left", 5_001]]);
});

test("after the newest connection has ended any other is believed", () => {
  const places = new AgentPlaces();
  const term = places.take("left", 1_000);
  expect(places.leave("left", null, term)).toBe(true);
  expect(places.get("left")).toBeUndefined();
  expect(places.move("left", "b", 10)).toBe(true);
  expect(places.at("b")).toEqual([["left", 10]]);
});
