import { useEffect, useState } from "react";
import { serverNow, useTopology } from "../state/topology-store.js";

const SECOND_MS = 1000;

/** Milliseconds since the epoch by the server's clock, renewed each second (or `everyMs`) while `isRunning`. */
export function useServerClock(isRunning: boolean, everyMs = SECOND_MS): number {
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
      timer = window.setTimeout(tick, everyMs - (at % everyMs) + 5);
    };
    tick();
    return () => window.clearTimeout(timer);
  }, [isRunning, skew, everyMs]);
  return now;
}
