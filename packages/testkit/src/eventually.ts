import { setTimeout as delay } from "node:timers/promises";

/**
 * Runs `check` until it no longer throws, and returns its value; at `withinMs` the last error is thrown.
 *
 * For what can only be seen by looking: kernel state, another process's answer.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { withinMs = 20_000, everyMs = 20 }: { withinMs?: number; everyMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() >= deadline) throw error;
    }
    await delay(everyMs);
  }
}
