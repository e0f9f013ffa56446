import { expect, test } from "vitest";
import { fieldErrors } from "../../api/problem.js";
import { PingRequest } from "./ping.js";

test("a ping to a pod or an address has its defaults, and the address its canonical form", () => {
  expect(PingRequest.parse({ to: "b" })).toEqual({
    to: "b",
    count: 3,
    intervalMs: 200,
    waitMs: 1000,
    payloadBytes: 56,
  });
  expect(PingRequest.parse({ to: "2001:DB8:0::1" }).to).toBe("2001:db8::1");
});

test.each([
  [{ to: "no such" }, "to"],
  [{}, "to"],
  [{ to: "b", count: 0 }, "count"],
  [{ to: "b", count: 1000, intervalMs: 100 }, "count"],
  [{ to: "b", payloadBytes: 8 }, "payloadBytes"],
  [{ to: "b", interval: 8 }, "interval"],
])("refuses %j at its field", (body, field) => {
  const parsed = PingRequest.safeParse(body);
  expect(parsed.error && fieldErrors(parsed.error)[0]?.field).toBe(field);
});
