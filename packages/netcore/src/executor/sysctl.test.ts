import { expect, test } from "vitest";
import { sysctlPath, writeSysctl } from "./sysctl.js";

test("names lead below net, with dots or with slashes", () => {
  expect(sysctlPath("net.ipv4.ip_forward")).toBe("/proc/sys/net/ipv4/ip_forward");
  expect(sysctlPath("net/ipv4/conf/eth0.100/rp_filter")).toBe("/proc/sys/net/ipv4/conf/eth0.100/rp_filter");
});

test.each([
  "kernel.hostname",
  "net",
  "net.ipv4",
  "net/../kernel/core_pattern",
  "net/ipv4/../../kernel/core_pattern",
  "net..ipv4.x",
  "/etc/passwd",
  "net/ipv4/conf/x\n/y",
  "net/ipv4/x/",
])("%j is refused", (name) => {
  expect(() => sysctlPath(name)).toThrow(TypeError);
});

test.each(["", "1\n2", "\u0000", "x".repeat(257)])("value %j is refused before anything is written", (value) => {
  expect(() => writeSysctl("net.ipv4.ip_forward", value)).toThrow(TypeError);
});
