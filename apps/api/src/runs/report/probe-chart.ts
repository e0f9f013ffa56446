import type { RunSeries, RunStep } from "@ratchet/contracts";
import { type Markup, markup } from "./markup.js";
import { Scale } from "./scale.js";
import { LEFT, RIGHT, timeAxis, WIDTH } from "./timeline.js";

const HEIGHT = 190;
const TOP = 24;
const BOTTOM = 128;
const LOSS_TOP = 140;
const LOSS_BOTTOM = 180;

type Series = RunSeries["probes"][number];

/** Round trips (line: average; band: least to most) above, loss below, with the steps that broke or mended something. */
export function probeChart(series: Series, disturbing: readonly RunStep[], endMs: number): Markup {
  const { buckets, bucketMs } = series;
  const time = new Scale(endMs, LEFT, WIDTH - RIGHT);
  const highest = Math.max(0.1, ...buckets.map(({ rttMs }) => rttMs?.max ?? 0));
  const rtt = new Scale(highest * 1.05, BOTTOM, TOP);
  const middle = ({ atMs }: { atMs: number }) => time.at(atMs + bucketMs / 2);
  const runs = answeredRuns(buckets);
  const lines = runs.map((run) => run.map((one) => `${middle(one)},${rtt.at(one.rttMs.avg)}`).join(" "));
  const bands = runs.map((run) =>
    [
      ...run.map((one) => `${middle(one)},${rtt.at(one.rttMs.max)}`),
      ...run.toReversed().map((one) => `${middle(one)},${rtt.at(one.rttMs.min)}`),
    ].join(" "),
  );
  const losses = buckets.filter(({ lost }) => lost > 0);
  const loss = new Scale(1, LOSS_BOTTOM, LOSS_TOP);
  return markup`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Round trips and loss of probe ${series.name} over time">
${timeAxis(time, TOP - 6, LOSS_BOTTOM)}
${rtt.ticks(4).map((ms) => markup`<text class="tick" x="${LEFT - 6}" y="${rtt.at(ms) + 4}" text-anchor="end">${ms} ms</text><line class="grid" x1="${LEFT}" y1="${rtt.at(ms)}" x2="${WIDTH - RIGHT}" y2="${rtt.at(ms)}"/>`)}
<text class="tick" x="${LEFT - 6}" y="${LOSS_BOTTOM - 12}" text-anchor="end">loss</text>
${disturbing.map((step) => {
  const x = time.at(step.startedMs ?? 0);
  return markup`<line class="step" x1="${x}" y1="${TOP - 6}" x2="${x}" y2="${LOSS_BOTTOM}"><title>${step.name}</title></line>`;
})}
${bands.map((points) => markup`<polygon class="band" points="${points}"/>`)}
${lines.map((points) => markup`<polyline class="rtt" points="${points}"/>`)}
${losses.map(({ atMs, sent, lost }) => {
  const y = loss.at(lost / sent);
  const x = time.at(atMs);
  const width = Math.max(1, time.at(atMs + bucketMs) - x);
  return markup`<rect class="lost" x="${x}" y="${y}" width="${width}" height="${LOSS_BOTTOM - y}"><title>${lost} of ${sent} lost</title></rect>`;
})}
<line class="axis" x1="${LEFT}" y1="${LOSS_BOTTOM}" x2="${WIDTH - RIGHT}" y2="${LOSS_BOTTOM}"/>
</svg>`;
}

type Answered = Series["buckets"][number] & { rttMs: { min: number; avg: number; max: number } };

/** Stretches without a hole: a line over an outage would tell of round trips that nobody made. */
function answeredRuns(buckets: Series["buckets"]): Answered[][] {
  const runs: Answered[][] = [[]];
  for (const bucket of buckets) {
    if (bucket.rttMs === null) runs.push([]);
    else runs.at(-1)?.push(bucket as Answered);
  }
  return runs.filter(({ length }) => length > 0);
}
