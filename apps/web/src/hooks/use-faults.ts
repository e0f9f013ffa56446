import type { Fault } from "@ratchet/contracts";
import { useMemo } from "react";
import { runningFaults } from "../graph/running-faults.js";
import { useTopology } from "../state/topology-store.js";

/** Faults that run in the namespace looked at, the one that ends first in front. */
export function useRunningFaults(): Fault[] {
  const faults = useTopology((state) => state.stream.faults);
  return useMemo(() => runningFaults(faults), [faults]);
}
