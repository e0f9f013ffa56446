import { CARRIER_CHANGES_KEPT } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { CarrierLog } from "./carrier-log.js";

const T0 = Date.parse("2026-01-01T00:00:00.000Z");

test("changes have their time, and what was there at the first look is none", () => {
  const log = new CarrierLog();
  const note = (hasCarrier: boolean, count: number, at: number, ifIndex = 5) =>
    log.note("pod", "in1", { ifIndex, hasCarrier, count }, T0 + at);
  note(true, 2, 0);
  expect(log.of("pod", "in1")).toEqual({ count: 2, last: [] });
  note(true, 2, 10);
  note(false, 3, 20);
  note(true, 4, 30);
  expect(log.of("pod", "in1")).toEqual({
    count: 4,
    last: [
      { at: "2026-01-01T00:00:00.020Z", carrier: false },
      { at: "2026-01-01T00:00:00.030Z", carrier: true },
    ],
  });
  // Another interface of that name begins anew.
  note(false, 1, 40, 6);
  expect(log.of("pod", "in1")).toEqual({ count: 1, last: [] });
  log.forgetPod("pod");
  expect(log.of("pod", "in1")).toBeUndefined();
});

test("only the last changes are kept, and all are counted", () => {
  const log = new CarrierLog();
  for (let count = 0; count <= 100; count++) {
    log.note("pod", "in1", { ifIndex: 5, hasCarrier: count % 2 === 0, count }, T0 + count);
  }
  const known = log.of("pod", "in1");
  expect([known?.count, known?.last.length]).toEqual([100, CARRIER_CHANGES_KEPT]);
  expect(known?.last.at(-1)?.at).toBe("2026-01-01T00:00:00.100Z");
});
