import type { Run } from "@ratchet/contracts";
import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { lengthText, type ProbeLane, secondsText, type Timeline } from "../../graph/run-timeline.js";
import { stepColor } from "./phase-mark.js";

interface Props {
  run: Run;
  timeline: Timeline;
  /** Where the cursor stands. */
  atMs: number;
  onPoint: (atMs: number | null) => void;
}

const KEY_STEPS = 100;

/** Steps as bars, probes as lines that are red where packets were lost. Dragging along it shows each moment. */
export function RunTimeline({ run, timeline, atMs, onPoint }: Props) {
  const field = useRef<HTMLDivElement>(null);
  const { spanMs, endMs, lanes, probes, ticks } = timeline;
  const percent = (ms: number) => `${(ms / spanMs) * 100}%`;
  const place = (fromMs: number, toMs: number) => ({
    left: percent(fromMs),
    width: percent(Math.max(0, toMs - fromMs)),
  });
  const point = (event: PointerEvent) => {
    const box = field.current?.getBoundingClientRect();
    if (!box) return;
    const ms = ((event.clientX - box.left) / box.width) * spanMs;
    // Past the end of a run that goes on is now.
    onPoint(ms >= endMs ? null : Math.max(0, ms));
  };
  const onKey = (event: KeyboardEvent) => {
    const step = spanMs / KEY_STEPS;
    const moves: Record<string, number | null> = {
      ArrowLeft: Math.max(0, atMs - step),
      ArrowRight: atMs + step >= endMs ? null : atMs + step,
      Home: 0,
      End: null,
    };
    if (!(event.key in moves)) return;
    event.preventDefault();
    onPoint(moves[event.key] ?? null);
  };
  return (
    <div className="timeline" data-testid="timeline">
      <div className="timeline-labels" aria-hidden="true">
        {lanes.map((lane, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a lane is its place
          <span key={index}>{lane.label}</span>
        ))}
        {probes.map(({ probe }) => (
          <span key={probe.name} title={probe.name}>
            {probe.name}
          </span>
        ))}
        <span />
      </div>
      <div
        className="timeline-field"
        ref={field}
        role="slider"
        tabIndex={0}
        aria-label="Moment of the run"
        aria-valuemin={0}
        aria-valuemax={Math.round(endMs)}
        aria-valuenow={Math.round(atMs)}
        aria-valuetext={secondsText(atMs, 1)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          point(event);
        }}
        onPointerMove={(event) => event.buttons === 1 && point(event)}
        onKeyDown={onKey}
        data-testid="timeline-field"
      >
        {ticks.map(({ atMs: at }) => (
          <i key={at} className="timeline-grid" style={{ left: percent(at) }} />
        ))}
        {lanes.map((lane, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a lane is its place
          <div className="timeline-lane" key={index}>
            {lane.bars.map((bar) => (
              <div
                key={bar.id}
                className="timeline-bar"
                data-state={bar.state}
                data-step={bar.id}
                style={{ ...place(bar.fromMs, bar.toMs), "--bar": stepColor(bar.state) } as React.CSSProperties}
                title={`${bar.name}: ${bar.state}${bar.message === "" ? "" : `, ${bar.message}`}`}
              >
                <span>{bar.name}</span>
              </div>
            ))}
          </div>
        ))}
        {probes.map((lane) => (
          <ProbeTrack key={lane.probe.name} lane={lane} endMs={endMs} place={place} />
        ))}
        <div className="timeline-ticks">
          {ticks.map(({ atMs: at, label }) => (
            <span key={at} style={{ left: percent(at) }}>
              {label}
            </span>
          ))}
        </div>
        <i className="timeline-cursor" style={{ left: percent(atMs) }} data-testid="timeline-cursor" />
        <span className="sr-only">{run.status.steps.length} steps</span>
      </div>
    </div>
  );
}

interface TrackProps {
  lane: ProbeLane;
  endMs: number;
  place: (fromMs: number, toMs: number) => { left: string; width: string };
}

function ProbeTrack({ lane: { probe, outages, gaps }, endMs, place }: TrackProps) {
  return (
    <div className="timeline-lane" data-probe={probe.name}>
      {probe.sent > 0 && <div className="timeline-answered" style={place(0, endMs)} />}
      {gaps.map((gap) => (
        <div key={gap.fromMs} className="timeline-gap" style={place(gap.fromMs, gap.toMs)} title={gap.message} />
      ))}
      {outages.map((outage) => (
        <div
          key={outage.fromMs}
          className="timeline-outage"
          style={place(outage.fromMs, outage.toMs)}
          title={`${outage.lost} lost in ${lengthText(outage.toMs - outage.fromMs)}`}
          data-testid="outage"
        />
      ))}
    </div>
  );
}
