import { expect, test } from "vitest";
import { parseListenAddress } from "./listen-address.js";

test.each([
  ["127.0.0.1:8080", "127.0.0.1", 8080],
  ["127.9.9.9:0", "127.9.9.9", 0],
  ["[::1]:80", "::1", 80],
])("takes %s", (text, host, port) => {
  expect(parseListenAddress(text)).toEqual({ host, port });
});

test.each(["0.0.0.0:80", "[::]:80", "10.0.0.1:80", "127.0.0.1.evil:80", "1270.0.0.1:80", "example.org:80"])(
  "refuses %s with the reason",
  (text) => {
    expect(() => parseListenAddress(text)).toThrow(/loopback/);
  },
);

test.each(["", ":80", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:x"])("refuses %j as no address", (text) => {
  expect(() => parseListenAddress(text)).toThrow(/HOST:PORT/);
});
