import { LinkSpec } from "@ratchet/contracts";
import { expect, it } from "vitest";
import type { PodRecord } from "../state/records.js";
import { keptOf, withKept, withoutKept } from "./kept-ports.js";

const pod = (spec: PodRecord["spec"] = {}): PodRecord => ({
  ...{ uid: "u", namespace: "n", name: "b", labels: {}, annotations: {}, createdAt: "" },
  spec,
});
const [, end] = LinkSpec.parse({
  endpoints: [
    { pod: "a", interface: "in1" },
    {
      ...{ pod: "b", interface: "in2", mac: "02:00:00:00:00:01", addresses: ["10.0.0.2/24"] },
      routes: [{ to: "default", via: "10.0.0.1" }],
    },
  ],
}).endpoints;
const ends = end === undefined ? [] : [end];

it("a pod takes an interface over as its link had it, and gives it back without a trace", () => {
  const kept = withKept(pod(), ends, 1400, "a");
  const { pod: _pod, interface: name, ...rest } = end as { pod: string; interface: string };
  expect(kept.spec.interfaces).toEqual([{ name, mtu: 1400, ...rest }]);
  expect(keptOf(kept)).toEqual({ in2: "a" });
  expect(withoutKept(kept, ["in2", "other"])).toEqual(pod());
});

it("an interface that the pod's own spec names is neither overwritten nor given away", () => {
  const own = pod({ interfaces: [{ name: "in2", addresses: ["10.9.9.9/24"] }] });
  expect(withKept(own, ends, undefined, "a")).toEqual(own);
  expect(withoutKept(own, ["in2"])).toBe(own);
});

it("what somebody took out of the spec is not kept any more", () => {
  const { interfaces: _gone, ...spec } = withKept(pod(), ends, undefined, "a").spec;
  expect(keptOf({ ...withKept(pod(), ends, undefined, "a"), spec })).toEqual({});
});

it("a mark that cannot be read keeps nothing", () => {
  expect(keptOf({ ...pod(), annotations: { "ratchet.network/interfaces-kept": "{" } })).toEqual({});
});
