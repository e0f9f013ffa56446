import { expect, it } from "vitest";
import { parsePing } from "./ping.js";

it("reads the time to live and the round trip of an answer", () => {
  const output = "64 bytes from 4.4.4.4: icmp_seq=1 ttl=62 time=0.123 ms\n";
  expect(parsePing(output)).toEqual({ ttl: 62, rttMs: 0.123 });
});

it("finds no answer in what ping prints without one", () => {
  expect(parsePing("1 packets transmitted, 0 received, 100% packet loss, time 0ms\n")).toBeUndefined();
});
