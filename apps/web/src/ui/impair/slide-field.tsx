import { Slider } from "@mantine/core";
import { rateText } from "../../graph/impairment-text.js";
import { type SlidField, STOPS, stopOf } from "../../graph/slider-stops.js";
import { ExactField } from "./exact-field.js";

interface Props {
  field: SlidField;
  value: number;
  /** The two directions differ: what is shown is the first one's. */
  isMixed: boolean;
  isDisabled: boolean;
  onChange: (value: number) => void;
}

const LOOK: Record<SlidField, { label: string; suffix: string; max: number; decimals: number }> = {
  delayMs: { label: "Delay", suffix: " ms", max: 3_600_000, decimals: 2 },
  jitterMs: { label: "Jitter", suffix: " ms", max: 3_600_000, decimals: 2 },
  lossPercent: { label: "Loss", suffix: " %", max: 100, decimals: 3 },
  rateKbit: { label: "Rate", suffix: " kbit/s", max: 1_000_000_000, decimals: 0 },
};

/** A slider over the numbers people say, with a field for any other. Both apply as they change. */
export function SlideField({ field, value, isMixed, isDisabled, onChange }: Props) {
  const { label, suffix, max, decimals } = LOOK[field];
  const stops = STOPS[field];
  const text = (index: number) => stopText(field, stops[index] ?? 0);
  return (
    <div className="slide" data-testid={`impair-${field}`}>
      <span id={`slide-${field}`} className="slide-label">
        {label}
        {isMixed && <span className="soft"> differ</span>}
      </span>
      <Slider
        size="sm"
        thumbSize={16}
        min={0}
        max={stops.length - 1}
        step={1}
        value={stopOf(field, value)}
        disabled={isDisabled}
        label={text}
        onChange={(index) => {
          const stop = stops[index] ?? 0;
          if (stop !== value) onChange(stop);
        }}
        thumbValueText={stopText(field, value)}
        thumbProps={{ "aria-labelledby": `slide-${field}` }}
        data-testid={`impair-${field}-slider`}
      />
      <ExactField
        label={`${label}, exact`}
        suffix={suffix}
        max={max}
        decimals={decimals}
        value={value}
        placeholder={field === "rateKbit" ? "no limit" : "none"}
        isDisabled={isDisabled}
        onChange={onChange}
        testId={`impair-${field}-exact`}
      />
    </div>
  );
}

function stopText(field: SlidField, value: number): string {
  if (field === "rateKbit") return value === 0 ? "no limit" : rateText(value);
  return value === 0 ? "none" : `${value} ${field === "lossPercent" ? "%" : "ms"}`;
}
