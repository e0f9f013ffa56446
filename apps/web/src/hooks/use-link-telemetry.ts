import type { LinkTelemetry } from "@ratchet/contracts";
import { useEffect, useState } from "react";
import { verbs } from "../api/verbs.js";
import type { Rate } from "../graph/rates.js";
import { onTelemetry } from "../state/telemetry-store.js";
import { useTopology } from "../state/topology-store.js";

export type RatePoint = Rate & { at: number };
/** From end 0, from end 1; oldest first. */
export type Ways = [RatePoint[], RatePoint[]];

export const TELEMETRY_SPAN_SECONDS = 120;
const PUBLISH_MS = 250;

/** What one link carried in the last two minutes: asked for once, then followed on the stream. */
export function useLinkTelemetry(uid: string, name: string): Ways {
  const namespace = useTopology((state) => state.namespace);
  const [ways, setWays] = useState<Ways>([[], []]);
  useEffect(() => {
    let isOver = false;
    let timer: number | undefined;
    const points: Ways = [[], []];
    const publish = () => {
      timer ??= window.setTimeout(() => {
        timer = undefined;
        const newest = Math.max(points[0].at(-1)?.at ?? 0, points[1].at(-1)?.at ?? 0);
        const since = newest - TELEMETRY_SPAN_SECONDS * 1000;
        for (const way of points) while (way[0] !== undefined && way[0].at < since) way.shift();
        setWays([[...points[0]], [...points[1]]]);
      }, PUBLISH_MS);
    };
    const stop = onTelemetry(uid, (way, at, rate) => {
      points[way].push({ at, ...rate });
      publish();
    });
    verbs
      .telemetry(namespace, name, TELEMETRY_SPAN_SECONDS)
      .then(({ body }) => {
        if (isOver || body.uid !== uid) return;
        for (const way of [0, 1] as const) points[way].unshift(...before(body, way, points[way][0]?.at));
        publish();
      })
      // Without the past the line begins now.
      .catch(() => {});
    return () => {
      isOver = true;
      window.clearTimeout(timer);
      stop();
      setWays([[], []]);
    };
  }, [namespace, uid, name]);
  return ways;
}

function before({ directions, stepMs }: LinkTelemetry, way: 0 | 1, firstHeard: number | undefined): RatePoint[] {
  const points = directions[way]?.points ?? [];
  return points.flatMap(([begin, packets, bytes, drops, errors]) => {
    const at = begin + stepMs;
    return firstHeard !== undefined && at >= firstHeard ? [] : [{ at, packets, bytes, drops, errors }];
  });
}
