import { expect, test } from "vitest";
import type { PodLink } from "../model/pod-network.js";
import { planLoopback } from "./plan-loopback.js";

const lo: PodLink = {
  ifIndex: 1,
  ifName: "lo",
  alias: "",
  mac: undefined,
  mtuBytes: 65536,
  isUp: true,
  hasCarrier: true,
  operState: "unknown",
};

test("raises the loopback and gives it what it lacks", () => {
  expect(planLoopback("POD", ["2.2.2.2/32"], { ...lo, isUp: false }, []).map(({ action }) => action)).toEqual([
    { op: "setLink", netns: "POD", link: { ifIndex: 1 }, isUp: true },
    { op: "addAddress", netns: "POD", link: { ifIndex: 1 }, address: "2.2.2.2/32", protocol: 82 },
  ]);
});

test("removes addresses of its own alone", () => {
  const actual = [
    { ifIndex: 1, address: "2.2.2.2/32", isOwn: true },
    { ifIndex: 1, address: "3.3.3.3/32", isOwn: true },
    { ifIndex: 1, address: "127.0.0.1/8", isOwn: false },
  ];
  expect(planLoopback("POD", ["2.2.2.2/32"], lo, actual).map(({ action }) => action)).toEqual([
    { op: "deleteAddress", netns: "POD", link: { ifIndex: 1 }, address: "3.3.3.3/32" },
  ]);
});

test("does nothing while the pod has not been read", () => {
  expect(planLoopback("POD", ["2.2.2.2/32"], undefined, [])).toEqual([]);
});
