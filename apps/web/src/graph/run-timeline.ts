import { FINAL_RUN_PHASES, type Run, type RunProbe, type RunStep } from "@ratchet/contracts";

/** Times are ms since the run began. */
export interface Bar {
  id: string;
  fromMs: number;
  toMs: number;
  /** It has not ended yet. */
  isOpen: boolean;
  state: RunStep["state"];
  name: string;
  message: string;
}

export interface Lane {
  label: string;
  bars: Bar[];
}

export interface ProbeLane {
  probe: RunProbe;
  outages: { fromMs: number; toMs: number; isOpen: boolean; lost: number }[];
  gaps: { fromMs: number; toMs: number; message: string }[];
}

export interface Timeline {
  /** Width of the picture: never 0. */
  spanMs: number;
  /** How far the run is. */
  endMs: number;
  isOver: boolean;
  lanes: Lane[];
  probes: ProbeLane[];
  ticks: { atMs: number; label: string }[];
}

const LABELS: Record<RunStep["section"], string> = { setup: "Setup", steps: "Steps", teardown: "Teardown" };
/** A picture of nothing would have no scale. */
const LEAST_SPAN_MS = 5_000;

export const isRunOver = ({ status }: Run): boolean => FINAL_RUN_PHASES.includes(status.phase);

/** Lays a run out over time. `nowMs`: since the epoch, by the server's clock; what has not ended reaches to it. */
export function runTimeline(run: Run, nowMs: number): Timeline {
  const { status } = run;
  const isOver = isRunOver(run);
  const startedAt = status.startedAt === null ? nowMs : Date.parse(status.startedAt);
  const latest = Math.max(
    status.durationMs ?? 0,
    ...status.steps.map((step) => step.endedMs ?? step.startedMs ?? 0),
    ...status.events.map((event) => event.atMs),
    ...status.probes.flatMap((probe) => probe.outages.map((outage) => outage.recoveredMs ?? outage.lastLostMs)),
  );
  const endMs = isOver ? latest : Math.max(latest, nowMs - startedAt);
  const spanMs = Math.max(LEAST_SPAN_MS, isOver ? endMs : endMs * 1.08);
  return {
    spanMs,
    endMs,
    isOver,
    lanes: stepLanes(status.steps, endMs),
    probes: status.probes.map((probe) => probeLane(probe, endMs)),
    ticks: ticksOf(spanMs),
  };
}

/** One lane a section, and more where steps run at once. */
function stepLanes(steps: readonly RunStep[], endMs: number): Lane[] {
  return (["setup", "steps", "teardown"] as const).flatMap((section) => {
    const lanes: Bar[][] = [];
    const begun = steps.filter((step) => step.section === section && step.startedMs !== null);
    begun.sort((a, b) => (a.startedMs ?? 0) - (b.startedMs ?? 0));
    for (const step of begun) {
      const fromMs = step.startedMs ?? 0;
      const { id, state, name, message } = step;
      const bar = { id, state, name, message, fromMs, toMs: step.endedMs ?? endMs, isOpen: step.endedMs === null };
      const lane = lanes.find((own) => (own.at(-1)?.toMs ?? 0) <= fromMs);
      if (lane) lane.push(bar);
      else lanes.push([bar]);
    }
    return lanes.map((bars, index) => ({ label: index === 0 ? LABELS[section] : "", bars }));
  });
}

function probeLane(probe: RunProbe, endMs: number): ProbeLane {
  return {
    probe,
    outages: probe.outages.map((outage, index) => {
      // The last one lasts while nothing is answered.
      const isOpen = outage.recoveredMs === null && index === probe.outages.length - 1 && probe.isUp === false;
      const toMs = outage.recoveredMs ?? (isOpen ? endMs : outage.lastLostMs);
      return { fromMs: outage.firstLostMs, toMs, isOpen, lost: outage.lost };
    }),
    gaps: probe.gaps.map(({ fromMs, toMs, message }) => ({ fromMs, toMs: toMs ?? endMs, message })),
  };
}

const STEPS_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900];
const MOST_TICKS = 9;

function ticksOf(spanMs: number): { atMs: number; label: string }[] {
  const step = STEPS_SECONDS.find((seconds) => spanMs / 1000 / seconds <= MOST_TICKS) ?? 1800;
  // One at the very edge would hang over it.
  const count = Math.floor((spanMs * 0.97) / 1000 / step);
  return Array.from({ length: count + 1 }, (_, index) => ({
    atMs: index * step * 1000,
    label: secondsText(index * step * 1000),
  }));
}

/** "0 s", "12.4 s", "2:05". */
export function secondsText(ms: number, digits = 0): string {
  const seconds = ms / 1000;
  if (seconds < 120) return `${seconds.toFixed(digits)} s`;
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}

/** A length of time as precise as it is long: "3 ms", "1.24 s", "2:05". */
export function lengthText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return secondsText(ms, ms < 10_000 ? 2 : 1);
}

export interface Moment {
  atMs: number;
  steps: Bar[];
  probes: { name: string; state: "answers" | "loses" | "unknown" }[];
  /** The last thing that had happened by then. */
  event: string;
}

/** What was going on at one moment of a run. */
export function momentOf(run: Run, timeline: Timeline, atMs: number): Moment {
  const during = ({ fromMs, toMs, isOpen = false }: { fromMs: number; toMs: number; isOpen?: boolean }) =>
    fromMs <= atMs && (atMs < toMs || isOpen);
  const last = run.status.events.filter((event) => event.atMs <= atMs).at(-1);
  return {
    atMs,
    steps: timeline.lanes.flatMap((lane) => lane.bars.filter(during)),
    probes: timeline.probes.map(({ probe, outages, gaps }) => ({
      name: probe.name,
      state: probe.sent === 0 || gaps.some(during) ? "unknown" : outages.some(during) ? "loses" : "answers",
    })),
    event: last === undefined ? "" : eventText(last.type, last.about, last.message),
  };
}

export function eventText(type: string, about: string, message: string): string {
  const what = type.replaceAll("-", " ");
  return [about === "" ? what : `${what}: ${about}`, message].filter((text) => text !== "").join(", ");
}
