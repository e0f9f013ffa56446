import { expect, test } from "vitest";
import { Gate } from "./gate.js";

test("lets so many work, so many wait, tells the rest to come again, and is free afterwards", async () => {
  const gate = new Gate(2, 1);
  const ends: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const work = () =>
    gate.run(async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => ends.push(resolve));
      running--;
    });
  const started = [work(), work(), work()];
  await expect(work()).rejects.toMatchObject({ code: 11, status: 503 });
  while (ends.length > 0) {
    ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(started);
  expect(most).toBe(2);
  await expect(gate.run(async () => "free")).resolves.toBe("free");
});

test("gives the place of a request that failed to the next", async () => {
  const gate = new Gate(1, 1);
  const failed = gate.run(() => Promise.reject(new Error("no")));
  const next = gate.run(async () => "next");
  await expect(failed).rejects.toThrow("no");
  await expect(next).resolves.toBe("next");
});
