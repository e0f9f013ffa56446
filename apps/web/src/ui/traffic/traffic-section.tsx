import { SegmentedControl } from "@mantine/core";
import type { Link } from "@ratchet/contracts";
import { useState } from "react";
import { endPods } from "../../graph/link-end.js";
import { bitsText, countText, type Rate } from "../../graph/rates.js";
import { type RatePoint, TELEMETRY_SPAN_SECONDS, useLinkTelemetry } from "../../hooks/use-link-telemetry.js";
import { useServerClock } from "../../hooks/use-server-clock.js";
import { useTopology } from "../../state/topology-store.js";
import { Section } from "../panel/section.js";
import { Spark } from "./spark.js";

type Shown = "bytes" | "packets" | "drops";

const SCALES: Record<Shown, { atLeast: number; text: (value: number) => string }> = {
  bytes: { atLeast: 125, text: bitsText },
  packets: { atLeast: 5, text: (value) => `${countText(value)} packets/s` },
  drops: { atLeast: 5, text: (value) => `${countText(value)} drops/s` },
};
/** A second of silence is jitter; more than two was not measured. */
const GAP_MS = 2_600;
const OLD_MS = 4_000;

/** What the link carries now and has carried for two minutes, each direction by itself. */
export function TrafficSection({ link }: { link: Link }) {
  const { uid, name } = link.metadata;
  const ways = useLinkTelemetry(uid, name);
  const [shown, setShown] = useState<Shown>("bytes");
  const isLive = useTopology((state) => state.phase === "live");
  const now = useServerClock(isLive);
  const [a, b] = endPods(link);
  return (
    <Section title="Traffic">
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
        ]}
      />
      {([0, 1] as const).map((way) => (
        <Way
          key={way}
          points={ways[way]}
          shown={shown}
          now={now}
          title={way === 0 ? `${a} → ${b}` : `${b} → ${a}`}
          testId={`traffic-${way}`}
        />
      ))}
    </Section>
  );
}

function Way(props: { points: RatePoint[]; shown: Shown; now: number; title: string; testId: string }) {
  const { points, shown, now, title, testId } = props;
  const last = points.at(-1);
  const current = last !== undefined && now - last.at < OLD_MS ? last : undefined;
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
        samples={points.map((point) => [point.at, point[shown]])}
        now={Math.max(now, last?.at ?? 0)}
        spanMs={TELEMETRY_SPAN_SECONDS * 1000}
        gapMs={GAP_MS}
        atLeast={atLeast}
        text={text}
        label={`${title}, last two minutes`}
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
