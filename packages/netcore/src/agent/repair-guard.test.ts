import { expect, test } from "vitest";
import { Backoff } from "./backoff.js";
import { RepairGuard } from "./repair-guard.js";

test("lets a few repairs through at once, then pauses longer and longer", () => {
  let now = 0;
  const guard = new RepairGuard(() => now);
  const repair = () => {
    const verdict = guard.ask("w");
    if (verdict.waitMs === 0) guard.note("w");
    return verdict;
  };
  for (let i = 0; i < 5; i++) expect(repair()).toEqual({ waitMs: 0, isNew: false });
  expect(repair()).toEqual({ waitMs: 1_000, isNew: true });
  now = 400;
  expect(repair()).toEqual({ waitMs: 600, isNew: false });
  now = 1_001;
  expect(repair().waitMs).toBe(0);
  expect(repair()).toEqual({ waitMs: 2_000, isNew: true });
  now = 200_000;
  expect(repair().waitMs).toBe(0);
  for (let i = 0; i < 4; i++) expect(repair().waitMs).toBe(0);
  expect(repair()).toEqual({ waitMs: 1_000, isNew: true });
});

test("forgets what was long ago", () => {
  let now = 0;
  const guard = new RepairGuard(() => now);
  for (let i = 0; i < 20; i++) {
    expect(guard.ask("w").waitMs).toBe(0);
    guard.note("w");
    now += 3_000;
  }
});

test("delays double up to their limit, each shortened by up to a half", () => {
  const full = new Backoff(50, 400, () => 1);
  expect([full.next(), full.next(), full.next(), full.next(), full.next()]).toEqual([50, 100, 200, 400, 400]);
  full.reset();
  expect(full.next()).toBe(50);
  expect(new Backoff(50, 400, () => 0).next()).toBe(25);
});
