import { expect, test } from "vitest";
import type { Leader } from "./leader.js";
import { WhileLeading } from "./while-leading.js";

function scene() {
  const listeners: ((leads: boolean) => void)[] = [];
  const state = { isLeader: false, running: 0 };
  const leader = {
    get isLeader() {
      return state.isLeader;
    },
    onChange: (listener: (leads: boolean) => void) => listeners.push(listener),
  } as unknown as Leader;
  const work = new WhileLeading(leader, () => {
    state.running++;
    return async () => void state.running--;
  });
  const lead = async (isLeader: boolean) => {
    state.isLeader = isLeader;
    for (const listener of listeners) listener(isLeader);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { state, work, lead };
}

test("work that nobody started does not begin because this replica comes to lead", async () => {
  const { state, lead } = scene();
  await lead(true);
  expect(state.running).toBe(0);
});

test("started work runs while this replica leads, and not after it was stopped", async () => {
  const { state, work, lead } = scene();
  work.start();
  await lead(true);
  expect(state.running).toBe(1);
  await lead(false);
  expect(state.running).toBe(0);
  await lead(true);
  await work.stop();
  await lead(true);
  expect(state.running).toBe(0);
});
