import { setTimeout as sleep } from "node:timers/promises";

/** A claim that did not hold. */
export class Refuted extends Error {}

export function claim(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Refuted(otherwise);
}

/** Waits until `look` answers something; throws Refuted with `otherwise` when it has not within `timeoutMs`. */
export async function until<T>(
  timeoutMs: number,
  otherwise: string,
  look: () => Promise<T | undefined | false>,
): Promise<{ value: T; ms: number }> {
  const start = performance.now();
  for (;;) {
    const value = await look();
    const ms = performance.now() - start;
    if (value !== undefined && value !== false) return { value, ms };
    if (ms > timeoutMs) throw new Refuted(`${otherwise} (waited ${(timeoutMs / 1000).toFixed(1)} s)`);
    await sleep(5);
  }
}

/** Runs proofs one after the other, prints each, and remembers which failed. */
export class Prover {
  readonly failed: string[] = [];
  proved = 0;

  constructor(private readonly print: (line: string) => void) {}

  /** `work` answers what was found, with figures. A failed proof ends neither the run nor those after it. */
  async prove(title: string, work: () => Promise<string>): Promise<void> {
    const start = performance.now();
    try {
      const found = await work();
      this.proved += 1;
      this.print(`  ok    ${title}: ${found}  [${((performance.now() - start) / 1000).toFixed(2)} s]`);
    } catch (error) {
      this.failed.push(title);
      this.print(`  FAIL  ${title}: ${(error as Error).message}`);
    }
  }
}
