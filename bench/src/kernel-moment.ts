import { type KernelEvent, listenKernelEvents } from "@ratchet/netcore";

/**
 * Milliseconds from the beginning of `act` to the kernel's telling of what it led to: nobody looks again and again, so
 * the measuring takes no processor from what is measured. Resolves when `act` has ended too.
 */
export async function untilKernelTells(
  netns: string,
  act: () => unknown,
  isIt: (event: KernelEvent) => boolean,
  withinMs = 10_000,
): Promise<number> {
  let stop = () => {};
  try {
    let beganAt = 0;
    const told = new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the kernel told of nothing within ${withinMs} ms`)), withinMs);
      const listener = listenKernelEvents({ netns }, (event) => {
        if (beganAt > 0 && isIt(event)) resolve(performance.now() - beganAt);
      });
      stop = () => {
        clearTimeout(timer);
        listener.close();
      };
    });
    beganAt = performance.now();
    const [tookMs] = await Promise.all([told, act()]);
    return tookMs;
  } finally {
    stop();
  }
}
