import { expect, test } from "vitest";
import { GateWriter } from "./gate-writer.js";

const POD = { namespace: "default", name: "a", uid: "u" };

test("a later word is written after an earlier one has arrived, and those between are left out", async () => {
  const told: string[] = [];
  const arrivals: (() => void)[] = [];
  const gates = new GateWriter({
    setGate: (_pod, isReady, message) => {
      told.push(`${isReady} ${message}`);
      return new Promise((resolve) => arrivals.push(resolve));
    },
  });
  gates.set(POD, true, "up");
  gates.set(POD, false, "waiting");
  gates.set(POD, false, "still waiting");
  expect(told).toEqual(["true up"]);
  arrivals.shift()?.();
  await Promise.resolve();
  await Promise.resolve();
  expect(told).toEqual(["true up", "false still waiting"]);
});

test("what could not be written is written with the next word", async () => {
  let isAway = true;
  const told: string[] = [];
  const gates = new GateWriter({
    setGate: async (_pod, _isReady, message) => {
      if (isAway) throw new Error("away");
      told.push(message);
    },
  });
  gates.set(POD, false, "waiting");
  await new Promise((resolve) => setImmediate(resolve));
  isAway = false;
  gates.set(POD, false, "waiting");
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual(["waiting"]);
});
