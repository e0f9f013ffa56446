import { SegmentedControl } from "@mantine/core";
import type { Link } from "@ratchet/contracts";
import { useState } from "react";
import { endPods } from "../../graph/link-end.js";
import { bitsText, countText, type Rate } from "../../graph/rates.js";
import { type Sample, thinned } from "../../graph/sparkline.js";
import {
  type RatePoint,
  TELEMETRY_SPANS,
  type TelemetrySpan,
  useLinkTelemetry,
} from "../../hooks/use-link-telemetry.js";
import { useServerClock } from "../../hooks/use-server-clock.js";
import { rttText } from "../../state/ping-store.js";
import { useTopology } from "../../state/topology-store.js";
import { Section } from "../panel/section.js";
import { Spark } from "./spark.js";

type Counted = "bytes" | "packets" | "drops";
type Shown = Counted | "rtt";

const SCALES: Record<Counted, { atLeast: number; text: (value: number) => string }> = {
  bytes: { atLeast: 125, text: bitsText },
  packets: { atLeast: 5, text: (value) => `${countText(value)} packets/s` },
  drops: { atLeast: 5, text: (value) => `${countText(value)} drops/s` },
};
/** A second of silence is jitter; more than two was not measured. By ten seconds, the same of these. */
const GAP_MS: Record<TelemetrySpan, number> = { 120: 2_600, 900: 26_000, 86400: 400_000 };
/** More points than the line has pixels are drawn for nothing. */
const POINTS = 360;
const OLD_MS = 4_000;

/** What the link carries now and has carried, each direction by itself, and how long echoes over it take. */
export function TrafficSection({ link }: { link: Link }) {
  const { uid, name } = link.metadata;
  const [span, setSpan] = useState<TelemetrySpan>(120);
  const { ways, echoes } = useLinkTelemetry(uid, name, span);
  const [shown, setShown] = useState<Shown>("bytes");
  const isLive = useTopology((state) => state.phase === "live");
  const now = useServerClock(isLive);
  const [a, b] = endPods(link);
  return (
    <Section title="Traffic">
      <SegmentedControl
        size="xs"
        mb={6}
        value={String(span)}
        onChange={(value) => setSpan(Number(value) as TelemetrySpan)}
        aria-label="How far back"
        data={TELEMETRY_SPANS.map(({ seconds, words }) => ({ value: String(seconds), label: words }))}
        data-testid="traffic-span"
      />
      <SegmentedControl
        size="xs"
        fullWidth
        mb={6}
        value={shown}
        onChange={(value) => setShown(value as Shown)}
        aria-label="What is drawn"
        data={[
          { value: "bytes", label: "Rate" },
          { value: "packets", label: "Packets" },
          { value: "drops", label: "Drops" },
          { value: "rtt", label: "Echoes" },
        ]}
      />
      {shown === "rtt" ? (
        <Echoes echoes={echoes} now={now} span={span} title={`${a} → ${b} and back`} />
      ) : (
        ([0, 1] as const).map((way) => (
          <Way
            key={way}
            points={ways[way]}
            shown={shown}
            now={now}
            span={span}
            title={way === 0 ? `${a} → ${b}` : `${b} → ${a}`}
            testId={`traffic-${way}`}
          />
        ))
      )}
    </Section>
  );
}

function wordsOf(span: TelemetrySpan): string {
  return TELEMETRY_SPANS.find(({ seconds }) => seconds === span)?.words ?? "";
}

function Echoes({ echoes, now, span, title }: { echoes: Sample[]; now: number; span: TelemetrySpan; title: string }) {
  const last = echoes.at(-1);
  const current = last !== undefined && now - last[0] < OLD_MS * 3 ? last[1] : undefined;
  return (
    <div className="traffic-way" data-testid="traffic-echoes">
      <div className="traffic-head">
        <span className="traffic-title">{title}</span>
        <span className="num" data-testid="traffic-echoes-now">
          {current === undefined ? (
            <span className="soft">not measured</span>
          ) : current === null ? (
            "no answer"
          ) : (
            rttText(current)
          )}
        </span>
      </div>
      <Spark
        samples={thinned(echoes, (span * 1000) / POINTS)}
        now={Math.max(now, last?.[0] ?? 0)}
        spanMs={span * 1000}
        gapMs={GAP_MS[span] * 2}
        atLeast={1}
        text={rttText}
        label={`Round trips, last ${wordsOf(span)}`}
      />
    </div>
  );
}

interface WayProps {
  points: RatePoint[];
  shown: Counted;
  now: number;
  span: TelemetrySpan;
  title: string;
  testId: string;
}

function Way({ points, shown, now, span, title, testId }: WayProps) {
  const last = points.at(-1);
  const current = last !== undefined && now - last.at < (span === 86_400 ? 60_000 : OLD_MS) ? last : undefined;
  const { atLeast, text } = SCALES[shown];
  return (
    <div className="traffic-way" data-testid={testId}>
      <div className="traffic-head">
        <span className="traffic-title">{title}</span>
        <span className="num" data-testid={`${testId}-now`}>
          {current === undefined ? <span className="soft">not measured</span> : nowText(current)}
        </span>
      </div>
      <Spark
        samples={thinned(
          points.map((point): Sample => [point.at, point[shown]]),
          (span * 1000) / POINTS,
        )}
        now={Math.max(now, last?.at ?? 0)}
        spanMs={span * 1000}
        gapMs={GAP_MS[span]}
        atLeast={atLeast}
        text={text}
        label={`${title}, last ${wordsOf(span)}`}
        color={shown === "drops" ? "var(--down)" : "var(--accent)"}
      />
    </div>
  );
}

function nowText({ bytes, packets, drops, errors }: Rate): string {
  const parts = [bitsText(bytes), `${countText(packets)} p/s`];
  if (drops > 0) parts.push(`${countText(drops)} drops/s`);
  if (errors > 0) parts.push(`${countText(errors)} errors/s`);
  return parts.join("  ");
}
