import { expect, test } from "vitest";
import { UsageError } from "../ctl-error.js";
import { readImpairmentWords } from "./impair-words.js";

test("reads what a person would write, with or without units", () => {
  const words =
    "delay 50ms jitter 500us distribution normal loss 1% duplicate 0.5 rate 10mbit burst 32kb queue 100 mtu 1400";
  expect(readImpairmentWords(words.split(" "))).toEqual({
    delayMs: 50,
    jitterMs: 0.5,
    jitterDistribution: "normal",
    lossPercent: 1,
    duplicatePercent: 0.5,
    rateKbit: 10_000,
    burstBytes: 32_768,
    queueFrames: 100,
    mtu: 1400,
  });
  expect(readImpairmentWords(["delay", "0.1s", "engine", "relay"])).toEqual({ delayMs: 100, engine: "relay" });
  expect(readImpairmentWords(["bursts", "1%", "20%"])).toEqual({ lossBurst: { pPercent: 1, rPercent: 20 } });
  expect(readImpairmentWords(["delay", "0"])).toEqual({ delayMs: 0 });
});

test.each([
  ["dealy 5", "dealy"],
  ["delay", "how much"],
  ["delay soon", "us, ms, s"],
  ["delay -5", "not a number"],
  ["loss 1ms", "%"],
  ["rate 10mb", "kbit"],
  ["bursts 1%", "two"],
  ["engine tc", "netem"],
])("refuses %j and says what would do", (text, said) => {
  expect(() => readImpairmentWords(text.split(" "))).toThrow(UsageError);
  expect(() => readImpairmentWords(text.split(" "))).toThrow(said);
});
