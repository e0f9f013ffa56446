import type { Link, LinkTelemetry } from "@ratchet/contracts";
import { useEffect, useState } from "react";
import { verbs } from "../api/verbs.js";
import { useTopology } from "../state/topology-store.js";

/** When each end of a link lost or got its carrier; asked for anew whenever one changes. */
export function useCarrier({ metadata, status }: Link): LinkTelemetry["carrier"] {
  const namespace = useTopology((state) => state.namespace);
  const [carrier, setCarrier] = useState<LinkTelemetry["carrier"]>([]);
  const { uid, name } = metadata;
  const now = status.endpoints.map((end) => end.carrier).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another carrier is another history
  useEffect(() => {
    let isOver = false;
    verbs
      .telemetry(namespace, name, 1)
      .then(({ body }) => {
        if (!isOver && body.uid === uid) setCarrier(body.carrier);
      })
      .catch(() => {});
    return () => {
      isOver = true;
    };
  }, [namespace, uid, name, now]);
  return carrier;
}
