import { expect, it } from "vitest";
import { Reporter } from "./reporter.js";
import { World } from "./world.js";

it("says the assignment's version on each connection, though nothing else has changed", () => {
  const reporter = new Reporter(new World(), () => undefined);
  reporter.full();
  reporter.version = 1;
  expect(reporter.changes()?.version).toBe(1);
  expect(reporter.changes()).toBeUndefined();

  // The connection is lost, and the next one's first assignment asks for what is there already.
  reporter.version = 0;
  expect(reporter.full().version).toBe(0);
  reporter.version = 1;
  expect(reporter.changes()?.version).toBe(1);
});
