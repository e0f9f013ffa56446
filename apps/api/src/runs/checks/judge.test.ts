import { expect, test } from "vitest";
import { judgeProbe } from "./look-at-probe.js";
import { judgeHttp } from "./look-by-http.js";
import { judgePing } from "./look-by-ping.js";
import { judgePath } from "./look-by-trace.js";

const ping = (received: number, avg = 10) => ({
  address: "10.0.0.2",
  sent: 4,
  received,
  lossPercent: 100 - received * 25,
  rttMs: received === 0 ? null : { min: avg, avg, max: avg, mdev: 0 },
  replies: [{ sequence: 1, rttMs: null, message: received === 0 ? "host unreachable" : "" }],
});

test.each([
  [{ expect: "works" as const }, ping(1), true],
  [{ expect: "works" as const }, ping(0), false],
  [{ expect: "fails" as const }, ping(0), true],
  [{ expect: "fails" as const }, ping(1), false],
  [{ expect: "works" as const, underMs: 10 }, ping(4), false],
  [{ expect: "works" as const, underMs: 10.1 }, ping(4), true],
  [{ expect: "works" as const, underMs: 10 }, ping(0), false],
  [{ expect: "works" as const, lossUnderPercent: 50 }, ping(2), false],
  [{ expect: "works" as const, lossUnderPercent: 51 }, ping(2), true],
])("ping %j", (asked, result, holds) => {
  expect(judgePing(asked, result).holds).toBe(holds);
});

test("a ping says why nothing came back", () => {
  expect(judgePing({ expect: "works" }, ping(0)).message).toBe("0 of 4 came back; host unreachable");
});

test.each([
  [{ through: "b" }, ["a", "b", "c"], true, true],
  [{ through: ["b", "d"] }, ["a", "b", "c"], true, false],
  [{ avoids: "b" }, ["a", "b", "c"], true, false],
  [{ avoids: "d" }, ["a", "b", "c"], true, true],
  // Who did not answer may be the one.
  [{ avoids: "d" }, ["a", "*", "c"], true, false],
  [{ through: "c" }, ["a", "*", "c"], true, true],
  [{ through: "b" }, ["a", "b"], false, false],
])("path %j over %j", (asked, hops, isReached, holds) => {
  expect(judgePath(asked, hops, isReached).holds).toBe(holds);
});

const outage = {
  firstLostMs: 0,
  lastLostMs: 0,
  recoveredMs: 2000,
  lost: 1,
  durationMs: 1500,
  afterStep: null,
  recoveryMs: null,
};
test.each([
  [{ isUp: true }, { isUp: true, outages: [] }, { sent: 0, lost: 0 }, 0, true],
  [{ isUp: true }, { isUp: false, outages: [] }, { sent: 9, lost: 0 }, 0, false],
  [{ lossUnderPercent: 1 }, { isUp: true, outages: [] }, { sent: 0, lost: 0 }, 0, false],
  [{ lossUnderPercent: 11 }, { isUp: true, outages: [] }, { sent: 10, lost: 1 }, 0, true],
  [{ outageUnderSeconds: 1.5 }, { isUp: true, outages: [outage] }, { sent: 10, lost: 1 }, 0, false],
  [{ outageUnderSeconds: 1.6 }, { isUp: true, outages: [outage] }, { sent: 10, lost: 1 }, 0, true],
  [{ outageUnderSeconds: 1 }, { isUp: true, outages: [outage] }, { sent: 10, lost: 1 }, 2500, true],
])("probe %j", (asked, probe, counted, fromMs, holds) => {
  expect(judgeProbe(asked, probe, counted, fromMs).holds).toBe(holds);
});

const answer = { status: 200, body: "hello", firstByteMs: 1, totalMs: 2, message: "" };
test.each([
  [{ status: 200 }, answer, true],
  [{ status: 404 }, answer, false],
  [{ status: 200, contains: "ell" }, answer, true],
  [{ status: 200, contains: "bye" }, answer, false],
  [{ status: 200 }, { ...answer, message: "cut short" }, false],
])("HTTP %j", (asked, result, holds) => {
  expect(judgeHttp(asked, result).holds).toBe(holds);
});
