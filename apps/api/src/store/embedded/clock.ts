/** Time as leases see it. */
export interface Clock {
  /** Milliseconds since some moment; never jumps with the wall clock. */
  now(): number;
  /** Calls back once, not before `delayMs` have passed; returns how to call it off. Keeps no process alive. */
  after(delayMs: number, callback: () => void): () => void;
}

// setTimeout fires at once for delays beyond 2^31 - 1 ms.
const longestDelayMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.ceil(delayMs), longestDelayMs));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
