import { strict as assert } from "node:assert";

/** Nothing that came from outside may have reached the prototypes of this process. @throws AssertionError naming the input */
export function assertSound(what: string): void {
  assert.deepEqual(Object.keys(Object.prototype), [], what);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined, what);
}

export function heapBytes(): number {
  return process.memoryUsage().heapUsed;
}
