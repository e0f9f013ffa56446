import { LinkSpec } from "@ratchet/contracts";
import { describe, expect, it } from "vitest";
import { mergeSpec } from "./merge-spec.js";

const spec = (fields: object = {}, second = "b") =>
  LinkSpec.parse({
    endpoints: [
      { pod: "a", interface: "in1", addresses: ["10.0.0.1/24"] },
      { pod: second, interface: "in2" },
    ],
    ...fields,
  });

describe("the spec of a link whose source changed", () => {
  it("is the source's where nobody edited it", () => {
    expect(mergeSpec(spec(), spec({ mtu: 1400 }), spec())).toEqual(spec({ mtu: 1400 }));
  });

  it("keeps an operator's cut and impairment where the source says what it said", () => {
    const edited = spec({ state: "down", impairments: [{ from: "a", delayMs: 5 }] });
    expect(mergeSpec(spec(), spec({ mtu: 1400 }), edited)).toEqual({ ...edited, mtu: 1400 });
  });

  it("keeps a re-routed end, and takes the other from the source", () => {
    const moved = spec({}, "c");
    const wanted = spec({ endpoints: [{ pod: "a", interface: "in9" }, spec().endpoints[1]] });
    expect(mergeSpec(spec(), wanted, moved).endpoints).toEqual([{ pod: "a", interface: "in9" }, moved.endpoints[1]]);
  });

  it("takes a field back that the source says anew, and drops what it no longer says", () => {
    expect(mergeSpec(spec({ state: "up" }), spec({ state: "down" }), spec({ state: "up", vni: 7 })).state).toBe("down");
    expect(mergeSpec(spec({ mtu: 1400 }), spec(), spec({ mtu: 1400 }))).toEqual(spec());
  });

  it("is the source's whole where the two do not go together", () => {
    const edited = spec({ vni: 9 });
    const wanted = spec({ transport: "veth" });
    expect(mergeSpec(spec(), wanted, edited)).toEqual(wanted);
  });

  it("is the source's where nothing is known of what it said", () => {
    expect(mergeSpec(undefined, spec(), spec({ state: "down" }))).toEqual(spec());
  });
});
