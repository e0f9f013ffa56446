import { expect } from "vitest";

/** Nothing that came from outside may have reached the prototypes of this process. */
export function expectSound(what: string): void {
  expect(Object.keys(Object.prototype), what).toEqual([]);
  expect(({} as { polluted?: unknown }).polluted, what).toBeUndefined();
}

export function heapBytes(): number {
  return process.memoryUsage().heapUsed;
}
