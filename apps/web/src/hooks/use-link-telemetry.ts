import type { LinkTelemetry } from "@ratchet/contracts";
import { useEffect, useState } from "react";
import { verbs } from "../api/verbs.js";
import type { Rate } from "../graph/rates.js";
import type { Sample } from "../graph/sparkline.js";
import { onTelemetry } from "../state/telemetry-store.js";
import { useTopology } from "../state/topology-store.js";

export type RatePoint = Rate & { at: number };

/** What one link carried and how long echoes over it took; oldest first. */
export interface LinkPast {
  /** From end 0, from end 1. */
  ways: [RatePoint[], RatePoint[]];
  /** Round trips in ms. */
  echoes: Sample[];
}

/** How far back it goes, in seconds, and how far apart the points are. */
export const TELEMETRY_SPANS = [
  { seconds: 120, words: "2 min" },
  { seconds: 900, words: "15 min" },
  { seconds: 86_400, words: "24 h" },
] as const;
export type TelemetrySpan = (typeof TELEMETRY_SPANS)[number]["seconds"];

const NOTHING: LinkPast = { ways: [[], []], echoes: [] };
const PUBLISH_MS = 250;
/** Of the past by ten seconds nothing new is missed for so long. */
const AGAIN_MS = 30_000;
/** Seconds are followed on the stream. */
const FOLLOWED_SECONDS = 900;

/** What one link did in the last so many seconds: asked for, then followed on the stream. A day is asked for again. */
export function useLinkTelemetry(uid: string, name: string, seconds: TelemetrySpan): LinkPast {
  const namespace = useTopology((state) => state.namespace);
  const [past, setPast] = useState(NOTHING);
  useEffect(() => {
    let isOver = false;
    let timer: number | undefined;
    const heard: LinkPast = { ways: [[], []], echoes: [] };
    let asked = NOTHING;
    const publish = () => {
      timer ??= window.setTimeout(() => {
        timer = undefined;
        const joined: LinkPast = {
          ways: [joinPast(asked.ways[0], heard.ways[0], atOf), joinPast(asked.ways[1], heard.ways[1], atOf)],
          echoes: joinPast(asked.echoes, heard.echoes, firstOf),
        };
        const newest = Math.max(...joined.ways.map((way) => way.at(-1)?.at ?? 0), joined.echoes.at(-1)?.[0] ?? 0);
        const since = newest - seconds * 1000;
        for (const way of heard.ways) while (way[0] !== undefined && way[0].at < since) way.shift();
        while (heard.echoes[0] !== undefined && heard.echoes[0][0] < since) heard.echoes.shift();
        setPast(joined);
      }, PUBLISH_MS);
    };
    const isFollowed = seconds <= FOLLOWED_SECONDS;
    const stop = isFollowed
      ? onTelemetry(
          uid,
          (way, at, rate) => {
            heard.ways[way].push({ at, ...rate });
            publish();
          },
          (at, rttMs) => {
            heard.echoes.push([at, rttMs]);
            publish();
          },
        )
      : () => {};
    const ask = async () => {
      const [coarse, fine] = await Promise.all([
        verbs.telemetry(namespace, name, seconds, 10),
        isFollowed ? verbs.telemetry(namespace, name, seconds, 1) : undefined,
      ]);
      if (isOver || coarse.body.uid !== uid) return;
      const [slow, quick] = [pastOf(coarse.body), fine === undefined ? NOTHING : pastOf(fine.body)];
      asked = {
        ways: [joinPast(slow.ways[0], quick.ways[0], atOf), joinPast(slow.ways[1], quick.ways[1], atOf)],
        echoes: joinPast(slow.echoes, quick.echoes, firstOf),
      };
      publish();
    };
    // Without the past the line begins now.
    const askQuietly = () => void ask().catch(() => {});
    askQuietly();
    const again = isFollowed ? undefined : window.setInterval(askQuietly, AGAIN_MS);
    return () => {
      isOver = true;
      window.clearTimeout(timer);
      window.clearInterval(again);
      stop();
      setPast(NOTHING);
    };
  }, [namespace, uid, name, seconds]);
  return past;
}

const atOf = ({ at }: RatePoint) => at;
const firstOf = ([at]: Sample) => at;

/** What was known before the first of the newer points, then these. */
function joinPast<T>(older: readonly T[], newer: readonly T[], at: (item: T) => number): T[] {
  const first = newer[0];
  return first === undefined ? [...older] : [...older.filter((item) => at(item) < at(first)), ...newer];
}

function pastOf({ directions, probes, stepMs }: LinkTelemetry): LinkPast {
  const way = (index: 0 | 1) =>
    (directions[index]?.points ?? []).map(([begin, packets, bytes, drops, errors]) => ({
      ...{ at: begin + stepMs, packets, bytes, drops, errors },
    }));
  return { ways: [way(0), way(1)], echoes: probes.points.map(([begin, , , rttMs]) => [begin + stepMs, rttMs]) };
}
