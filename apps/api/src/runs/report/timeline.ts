import type { Run, RunProbe, RunStep } from "@ratchet/contracts";
import { type Markup, markup } from "./markup.js";
import { Scale } from "./scale.js";
import { duration } from "./words.js";

export const WIDTH = 960;
export const LEFT = 230;
export const RIGHT = 20;
const TOP = 24;
const ROW = 22;
const BAR = 14;
const NAME_LETTERS = 36;
/** A step that took no time is still to be seen. */
const THINNEST = 2;

/** Steps and outages over time: a lane for each step and each probe. */
export function timeline({ status }: Pick<Run, "status">, endMs: number): Markup {
  const time = new Scale(endMs, LEFT, WIDTH - RIGHT);
  const steps = status.steps.filter(({ startedMs }) => startedMs !== null);
  const height = TOP + (steps.length + status.probes.length) * ROW + 8;
  const at = (row: number) => TOP + row * ROW;
  return markup`<svg class="chart" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Steps and outages over time">
${timeAxis(time, TOP - 6, height)}
${steps.map((step, row) => stepLane(step, at(row), time, endMs))}
${status.probes.map((probe, index) => probeLane(probe, at(steps.length + index), time, endMs))}
</svg>`;
}

/** Vertical lines with their times above. */
export function timeAxis(time: Scale, top: number, bottom: number): Markup {
  const ticks = time.ticks(8).map((ms) => {
    const x = time.at(ms);
    return markup`<line class="grid" x1="${x}" y1="${top}" x2="${x}" y2="${bottom}"/><text class="tick" x="${x}" y="${top - 5}" text-anchor="middle">${Number((ms / 1000).toFixed(3))} s</text>`;
  });
  return markup`${ticks}`;
}

function stepLane(step: RunStep, y: number, time: Scale, endMs: number): Markup {
  const from = time.at(step.startedMs ?? 0);
  const to = time.at(step.endedMs ?? endMs);
  const took = duration((step.endedMs ?? endMs) - (step.startedMs ?? 0));
  const title = `${step.name}: ${step.state}, ${took}${step.message === "" ? "" : `\n${step.message}`}`;
  return markup`<g><title>${title}</title><text class="lane" x="${LEFT - 8}" y="${y + BAR - 2}" text-anchor="end">${shortened(step.name)}</text><rect class="bar ${step.state}" x="${from}" y="${y}" width="${Math.max(THINNEST, to - from)}" height="${BAR}" rx="2"/></g>`;
}

function probeLane({ name, outages, gaps }: RunProbe, y: number, time: Scale, endMs: number): Markup {
  const bar = (className: string, fromMs: number, toMs: number, title: string) => {
    const from = time.at(fromMs);
    const width = Math.max(THINNEST, time.at(toMs) - from);
    return markup`<rect class="bar ${className}" x="${from}" y="${y}" width="${width}" height="${BAR}" rx="2"><title>${title}</title></rect>`;
  };
  return markup`<g><text class="lane" x="${LEFT - 8}" y="${y + BAR - 2}" text-anchor="end">${shortened(`probe ${name}`)}</text><line class="quiet" x1="${LEFT}" y1="${y + BAR / 2}" x2="${WIDTH - RIGHT}" y2="${y + BAR / 2}"/>${gaps.map((gap) => bar("gap", gap.fromMs, gap.toMs ?? endMs, `not measured: ${gap.message}`))}${outages.map(
    (outage) =>
      bar(
        "outage",
        outage.firstLostMs,
        outage.recoveredMs ?? outage.lastLostMs,
        `${outage.lost} packets lost in ${duration(outage.durationMs)}`,
      ),
  )}</g>`;
}

function shortened(text: string): string {
  const letters = [...text];
  return letters.length <= NAME_LETTERS ? text : `${letters.slice(0, NAME_LETTERS - 1).join("")}…`;
}
