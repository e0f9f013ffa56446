const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const PARENT_LOOK_MS = 1_000;

/**
 * Aborts at the first signal, or when the command that started the lab dies. Later signals are only
 * answered: clean-up under way is finished, because half a clean-up is what nobody wants.
 */
export function abortWhenTold(onFirst: () => void, onAgain: () => void): AbortController {
  const controller = new AbortController();
  const tell = () => {
    if (controller.signal.aborted) return onAgain();
    onFirst();
    controller.abort();
  };
  for (const signal of SIGNALS) process.on(signal, tell);
  const parent = Number(process.env.RATCHET_LAB_PARENT);
  if (process.ppid === parent) {
    const timer = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(timer);
      tell();
    }, PARENT_LOOK_MS);
    timer.unref();
  }
  return controller;
}

/** Resolves once that has happened. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
