import { useEffect, useState } from "react";
import { serverNow, useTopology } from "../state/topology-store.js";

const SECOND_MS = 1000;

/** Milliseconds since the epoch by the server's clock, renewed each second while `isRunning`. */
export function useServerClock(isRunning: boolean): number {
  const [now, setNow] = useState(serverNow);
  const skew = useTopology((state) => state.clockSkewMs);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another skew is another moment
  useEffect(() => {
    if (!isRunning) return;
    let timer: number;
    const tick = () => {
      const at = serverNow();
      setNow(at);
      // Just after the second turned, so that nothing shows the old one for long.
      timer = window.setTimeout(tick, SECOND_MS - (at % SECOND_MS) + 5);
    };
    tick();
    return () => window.clearTimeout(timer);
  }, [isRunning, skew]);
  return now;
}
