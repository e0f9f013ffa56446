import { type PointerEvent, useState } from "react";
import { type Sample, sparkline } from "../../graph/sparkline.js";
import { clockTime } from "../time.js";

interface Props {
  samples: readonly Sample[];
  /** ms since the epoch at the right edge. */
  now: number;
  spanMs: number;
  gapMs: number;
  /** The scale reaches at least so far, so that noise does not look like a storm. */
  atLeast: number;
  text: (value: number) => string;
  label: string;
  color?: string;
}

const WIDTH = 340;
const HEIGHT = 38;

/** A small line over time with its scale; under the mouse it says when and how much. */
export function Spark({ samples, now, spanMs, gapMs, atLeast, text, label, color = "var(--accent)" }: Props) {
  const [pointed, setPointed] = useState<number | null>(null);
  const { line, area, top } = sparkline(samples, { now, spanMs, gapMs, width: WIDTH, height: HEIGHT, atLeast });
  const point = (event: PointerEvent<SVGSVGElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    setPointed(now - spanMs + ((event.clientX - left) / width) * spanMs);
  };
  const read = pointed === null ? undefined : nearest(samples, pointed, gapMs);
  const readX = read === undefined ? 0 : ((read[0] - now + spanMs) / spanMs) * WIDTH;
  return (
    <div className="spark">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
        onPointerMove={point}
        onPointerLeave={() => setPointed(null)}
      >
        <path d={area} fill={color} opacity="0.14" />
        <path
          d={line}
          fill="none"
          stroke={color}
          strokeWidth="1.6"
          strokeLinejoin="round"
          strokeLinecap="round"
          vectorEffect="non-scaling-stroke"
        />
        {read && (
          <line
            x1={readX}
            x2={readX}
            y1="0"
            y2={HEIGHT}
            stroke="var(--text-soft)"
            strokeWidth="1"
            vectorEffect="non-scaling-stroke"
          />
        )}
      </svg>
      <span className="spark-note num soft">
        {read
          ? `${clockTime(new Date(read[0]).toISOString())}  ${read[1] === null ? "nothing came back" : text(read[1])}`
          : text(top)}
      </span>
    </div>
  );
}

function nearest(samples: readonly Sample[], at: number, within: number): Sample | undefined {
  let best: Sample | undefined;
  for (const sample of samples) {
    if (best === undefined || Math.abs(sample[0] - at) < Math.abs(best[0] - at)) best = sample;
  }
  return best !== undefined && Math.abs(best[0] - at) <= within ? best : undefined;
}
