import { expect, test } from "vitest";
import { sysctlPath } from "./sysctls.js";

test.each([
  ["net.ipv4.ip_forward", "/proc/sys/net/ipv4/ip_forward"],
  ["net/ipv4/conf/eth0.1/rp_filter", "/proc/sys/net/ipv4/conf/eth0.1/rp_filter"],
])("%s lies at %s", (key, path) => {
  expect(sysctlPath(key)).toBe(path);
});

test.each([
  "kernel.panic",
  "vm.swappiness",
  "net",
  "net.x",
  "net/../kernel/panic",
  "net/ipv4/../../kernel/panic",
  "net.ipv4./x",
  "net..x.y",
  "net/ipv4/\0",
  "",
])("%j is refused", (key) => {
  expect(sysctlPath(key)).toBeUndefined();
});
