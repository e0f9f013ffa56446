/** One measurement: ms since the epoch, value; null breaks the line. */
export type Sample = readonly [at: number, value: number | null];

export interface Sparkline {
  /** SVG paths in a box of `width` by `height`. */
  line: string;
  area: string;
  /** The value at the upper edge. */
  top: number;
}

/** Room over the highest value, so that a line is not cut. */
const HEADROOM = 1.12;

/**
 * Draws the samples of the last `spanMs` before `now`. The scale begins at 0; a hole longer than
 * `gapMs`, or a sample without a value, breaks the line: what was not measured is not drawn.
 */
export function sparkline(
  samples: readonly Sample[],
  options: { now: number; spanMs: number; gapMs: number; width: number; height: number; atLeast: number },
): Sparkline {
  const { now, spanMs, gapMs, width, height, atLeast } = options;
  const from = now - spanMs;
  const shown = samples.filter(([at]) => at >= from && at <= now);
  const most = shown.reduce((max, [, value]) => Math.max(max, value ?? 0), 0);
  const top = Math.max(most * HEADROOM, atLeast);
  const x = (at: number) => round(((at - from) / spanMs) * width);
  const y = (value: number) => round(height - (value / top) * height);
  const runs: [number, number][][] = [];
  let run: [number, number][] | undefined;
  let before = Number.NEGATIVE_INFINITY;
  for (const [at, value] of shown) {
    if (value === null || at - before > gapMs) run = undefined;
    before = at;
    if (value === null) continue;
    if (run === undefined) {
      run = [];
      runs.push(run);
    }
    run.push([x(at), y(value)]);
  }
  const path = (points: readonly [number, number][]) => points.map(([px, py]) => `${px} ${py}`).join("L");
  return {
    line: runs.map((points) => `M${path(points)}${points.length === 1 ? "h0.01" : ""}`).join(""),
    area: runs
      .map((points) => `M${points[0]?.[0] ?? 0} ${height}L${path(points)}L${points.at(-1)?.[0] ?? 0} ${height}Z`)
      .join(""),
    top,
  };
}

/** The means of stretches of `stepMs`, each at its last sample; one without any value is null. */
export function thinned(samples: readonly Sample[], stepMs: number): Sample[] {
  const out: Sample[] = [];
  let number: number | undefined;
  let [sum, count, last] = [0, 0, 0];
  const close = () => {
    if (number !== undefined) out.push([last, count === 0 ? null : sum / count]);
  };
  for (const [at, value] of samples) {
    const own = Math.floor(at / stepMs);
    if (own !== number) {
      close();
      [sum, count, number] = [0, 0, own];
    }
    last = at;
    if (value === null) continue;
    sum += value;
    count++;
  }
  close();
  return out;
}

const round = (value: number) => Math.round(value * 100) / 100;
