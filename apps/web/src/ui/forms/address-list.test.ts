import { expect, test } from "vitest";
import { parseAddresses, withoutFamilies } from "./address-list.js";

test("reads addresses with commas or spaces between, and names the first that is none", () => {
  expect(parseAddresses(" 10.0.0.1/31, fd00::1/127 ")).toEqual({ addresses: ["10.0.0.1/31", "fd00::1/127"] });
  expect(parseAddresses("10.0.0.1/31 x")).toEqual({ problem: expect.stringMatching(/^x /) });
});

test("leaves out the families that the pool gives, and keeps what is no address", () => {
  expect(withoutFamilies("10.0.0.1/31, fd00::1/127", [4])).toBe("fd00::1/127");
  expect(withoutFamilies("10.0.0.1/31, fd00::1/127", [6])).toBe("10.0.0.1/31");
  expect(withoutFamilies("10.0.0.1/31, fd00::1/127", [4, 6])).toBe("");
  expect(withoutFamilies("10.0.0.1/31 x", [4])).toBe("x");
  expect(withoutFamilies("10.0.0.1/31 x", [])).toBe("10.0.0.1/31 x");
});
