import { expect, test } from "vitest";
import { actorOf } from "./actor.js";

test("keeps a name and drops what could deceive a reader", () => {
  expect(actorOf("ann@example.org")).toBe("ann@example.org");
  expect(actorOf("<b>ann</b>\u001b[2J\n")).toBe("bannb2J");
  expect(actorOf("x".repeat(200))).toHaveLength(64);
  for (const header of [undefined, "", " ", "<>"]) expect(actorOf(header)).toBe("anonymous");
});
