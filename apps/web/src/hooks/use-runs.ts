import type { Run } from "@ratchet/contracts";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { verbs } from "../api/verbs.js";
import { isRunOver } from "../graph/run-timeline.js";
import { runView, takeRuns, useRuns } from "../state/runs-store.js";
import { useTopology } from "../state/topology-store.js";

/** Lists the namespace's runs whenever the stream begins anew; from there on the stream tells. */
export function useRunsSync(): void {
  const namespace = useTopology((state) => state.namespace);
  const isLive = useTopology((state) => state.phase === "live");
  useEffect(() => {
    takeRuns([]);
    useRuns.setState({ runs: new Map() });
    runView.none();
    void namespace;
  }, [namespace]);
  useEffect(() => {
    if (!isLive) return;
    let isOver = false;
    verbs
      .runs(namespace)
      .then(({ body }) => {
        if (!isOver) takeRuns(body.items);
      })
      // The next frame of each run says it all.
      .catch(() => {});
    return () => {
      isOver = true;
    };
  }, [namespace, isLive]);
}

/** Newest first. */
export function useRunList(): Run[] {
  const runs = useRuns((state) => state.runs);
  return useMemo(
    () => [...runs.values()].sort((a, b) => b.metadata.createdAt.localeCompare(a.metadata.createdAt)),
    [runs],
  );
}

export function useRunsUnderWay(): number {
  return useRuns(({ runs }) => [...runs.values()].filter((run) => !isRunOver(run)).length);
}

const REFRESH_MS = 15_000;
export const SCENARIOS_KEY = "scenarios";

/** Scenarios kept in the namespace, by name. */
export function useScenarios() {
  const namespace = useTopology((state) => state.namespace);
  const { data } = useQuery({
    queryKey: [SCENARIOS_KEY, namespace],
    queryFn: async () => (await verbs.scenarios(namespace)).body.items,
    refetchInterval: REFRESH_MS,
  });
  return data ?? [];
}
