import { expect, test } from "vitest";
import { probeAddress } from "./probe-address.js";

test.each([
  ["the neighbour's", ["10.0.0.1/30"], ["192.0.2.1/32", "10.0.0.2/30"], "10.0.0.2"],
  ["IPv6 where that is the shared network", ["10.0.0.1/30", "fd00::1/64"], ["10.9.0.2/30", "fd00::2/64"], "fd00::2"],
  ["one of the same family where no network is shared", ["10.0.0.1/32"], ["fd00::2/64", "10.0.0.2/32"], "10.0.0.2"],
  ["none where families differ", ["10.0.0.1/30"], ["fd00::2/64"], undefined],
  ["none where an end has no address", [], ["10.0.0.2/30"], undefined],
])("an echo goes to %s", (_what, near, far, address) => {
  expect(probeAddress(near, far)).toBe(address);
});
