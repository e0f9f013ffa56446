import { describe, expect, it } from "vitest";
import { InterfaceAddress, InterfaceName, MacAddress, RouteDestination, WireInterfaceName } from "./fields.js";

const ok = (schema: { safeParse(x: unknown): { success: boolean } }, value: unknown) => schema.safeParse(value).success;

describe("interface names", () => {
  it.each(["in1", "a", "123456789012345", "eth0.100", "é23456789012", "..."])("accepts %j", (name) => {
    expect(ok(InterfaceName, name)).toBe(true);
  });

  it.each(["", "1234567890123456", "a/b", "a:b", "a b", "a%d", ".", "..", "a\tb", "a\nb", "éééééééé", "a\u0000b"])(
    "refuses %j",
    (name) => {
      expect(ok(InterfaceName, name)).toBe(false);
    },
  );

  it("keeps lo for the pod itself", () => {
    expect(ok(WireInterfaceName, "lo")).toBe(false);
    expect(ok(WireInterfaceName, "lo1")).toBe(true);
  });
});

describe("interface addresses", () => {
  it.each([
    ["192.168.2.100/24", "192.168.2.100/24"],
    ["10.0.0.0/31", "10.0.0.0/31"],
    ["1.1.1.1/32", "1.1.1.1/32"],
    ["2001:DB8:0::1/64", "2001:db8::1/64"],
    ["fd00::/127", "fd00::/127"],
  ])("reads %s as %s", (text, canonical) => {
    expect(InterfaceAddress.parse(text)).toBe(canonical);
  });

  it.each([
    "192.168.2.0/24",
    "192.168.2.255/24",
    "fd00::/64",
    "10.0.0.1",
    "10.0.0.1/33",
    "10.0.0.01/24",
    "10.0.0.1/024",
    "0.0.0.0/0",
    "224.0.0.1/24",
    "ff02::1/64",
    "::/128",
    "::ffff:10.0.0.1/96",
    "fe80::1%eth0/64",
    "10.0.0.1/24/24",
    "",
  ])("refuses %j", (text) => {
    expect(ok(InterfaceAddress, text)).toBe(false);
  });
});

describe("route destinations", () => {
  it("names the network when host bits are set", () => {
    const result = RouteDestination.safeParse("10.1.2.3/24");
    expect(result.error?.issues[0]?.message).toContain("10.1.2.0/24");
  });

  it("takes default and networks", () => {
    expect(RouteDestination.parse("default")).toBe("default");
    expect(RouteDestination.parse("FD00:1::/48")).toBe("fd00:1::/48");
    expect(RouteDestination.parse("0.0.0.0/0")).toBe("0.0.0.0/0");
  });
});

describe("MAC addresses", () => {
  it("writes them in lower case and refuses multicast and zero", () => {
    expect(MacAddress.parse("02:AB:00:00:00:01")).toBe("02:ab:00:00:00:01");
    expect(ok(MacAddress, "01:00:5e:00:00:01")).toBe(false);
    expect(ok(MacAddress, "00:00:00:00:00:00")).toBe(false);
  });
});
