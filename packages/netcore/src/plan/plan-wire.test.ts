import { describe, expect, test } from "vitest";
import { planUnwired, planWire, type WireEnd, type WireSpec } from "./plan-wire.js";
import type { Planned } from "./planned.js";

const up: WireSpec = { panel: "PANEL", state: "up", far: "present" };

function end(label: string, ifIndex: number | undefined, more: Partial<WireEnd> = {}): WireEnd {
  return { label, ifIndex, isTunnel: false, isUp: false, redirect: undefined, ...more };
}

/** Actions as a person would write them down. */
function words(planned: Planned[]): string[] {
  return planned.map(({ action }) => {
    if (action.op === "redirect" && "ifIndex" in action.from && "ifIndex" in action.to) {
      return `${action.from.ifIndex} > ${action.to.ifIndex}`;
    }
    if (action.op === "removeRedirect" && "ifIndex" in action.from) return `${action.from.ifIndex} > nothing`;
    if (action.op === "setLink" && "ifIndex" in action.link)
      return `${action.link.ifIndex} ${action.isUp ? "up" : "down"}`;
    return JSON.stringify(action);
  });
}

describe("planWire", () => {
  test("joins two new ports and raises both last", () => {
    expect(words(planWire(up, end("a", 1), end("b", 2)))).toEqual(["1 > 2", "2 > 1", "1 up", "2 up"]);
  });

  test("has nothing to do for a wire that carries", () => {
    const a = end("a", 1, { isUp: true, redirect: 2 });
    const b = end("b", 2, { isUp: true, redirect: 1 });
    expect(planWire(up, a, b)).toEqual([]);
    expect(planWire({ ...up, far: "unknown" }, a, b)).toEqual([]);
  });

  test("moves an end: the way back and the new end's carrier, then the way there", () => {
    const staying = end("a", 1, { isUp: true, redirect: 7 });
    expect(words(planWire(up, staying, end("c", 3)))).toEqual(["3 > 1", "3 up", "1 > 3"]);
    expect(words(planWire(up, end("c", 3), staying))).toEqual(["3 > 1", "3 up", "1 > 3"]);
  });

  test("mends one direction, also one whose device has vanished", () => {
    const b = end("b", 2, { isUp: true, redirect: 1 });
    expect(words(planWire(up, end("a", 1, { isUp: true }), b))).toEqual(["1 > 2"]);
    expect(words(planWire(up, end("a", 1, { isUp: true, redirect: "*" }), b))).toEqual(["1 > 2"]);
  });

  test("a cut wire loses its carrier first and stays connected", () => {
    const a = end("a", 1, { isUp: true, redirect: 2 });
    const b = end("b", 2, { isUp: true, redirect: 1 });
    expect(words(planWire({ ...up, state: "down" }, a, b))).toEqual(["1 down", "2 down"]);
    expect(words(planWire({ ...up, state: "down" }, a, end("b", 2, { isUp: true })))).toEqual([
      "1 down",
      "2 down",
      "2 > 1",
    ]);
  });

  test.each([
    ["present", ["1 > 9", "9 > 1", "1 up"]],
    ["absent", ["1 > 9", "9 > 1"]],
    ["unknown", ["1 > 9", "9 > 1"]],
  ] as const)("joins port and tunnel with the far end %s", (far, expected) => {
    const tunnel = end("tunnel 9", 9, { isTunnel: true, isUp: true });
    expect(words(planWire({ ...up, far }, end("a", 1), tunnel))).toEqual(expected);
  });

  test("drops the carrier on positive knowledge alone, and never lowers the tunnel", () => {
    const a = end("a", 1, { isUp: true, redirect: 9 });
    const tunnel = end("tunnel 9", 9, { isTunnel: true, isUp: true, redirect: 1 });
    expect(words(planWire({ ...up, far: "unknown" }, a, tunnel))).toEqual([]);
    expect(words(planWire({ ...up, far: "absent" }, a, tunnel))).toEqual(["1 down"]);
  });

  test("without its other end a port has no carrier and leads nowhere", () => {
    const survivor = end("a", 1, { isUp: true, redirect: "*" });
    expect(words(planWire(up, survivor, end("b", undefined)))).toEqual(["1 down", "1 > nothing"]);
    expect(words(planWire({ ...up, far: "unknown" }, end("b", undefined), survivor))).toEqual([
      "1 down",
      "1 > nothing",
    ]);
    expect(planWire(up, end("a", undefined), end("b", undefined))).toEqual([]);
  });
});

describe("planUnwired", () => {
  test("takes carrier and cross-connect from a port that no wire uses", () => {
    expect(words(planUnwired("PANEL", end("a", 1, { isUp: true, redirect: 2 }), "no wire uses it"))).toEqual([
      "1 down",
      "1 > nothing",
    ]);
    expect(planUnwired("PANEL", end("a", 1), "no wire uses it")).toEqual([]);
  });
});
