import { NativeSelect } from "@mantine/core";
import { IMPAIRMENT_ENGINES, type ImpairmentFields, JITTER_DISTRIBUTIONS } from "@ratchet/contracts";
import { ExactField } from "./exact-field.js";

interface Props {
  fields: Partial<ImpairmentFields>;
  isDisabled: boolean;
  onChange: <K extends keyof ImpairmentFields>(field: K, value: ImpairmentFields[K] | undefined) => void;
}

type NumberField = {
  [K in keyof ImpairmentFields]-?: NonNullable<ImpairmentFields[K]> extends number ? K : never;
}[keyof ImpairmentFields];

const PERCENT = { suffix: " %", max: 100, decimals: 3 };
const NUMBERS: { field: NumberField; label: string; suffix: string; max: number; decimals: number }[] = [
  { field: "duplicatePercent", label: "Twice", ...PERCENT },
  { field: "corruptPercent", label: "Corrupt", ...PERCENT },
  { field: "reorderPercent", label: "Out of order", ...PERCENT },
  { field: "reorderGap", label: "every n-th", suffix: "", max: 100_000, decimals: 0 },
  { field: "lossCorrelationPercent", label: "Loss follows", ...PERCENT },
  { field: "delayCorrelationPercent", label: "Delay follows", ...PERCENT },
  { field: "burstBytes", label: "Burst", suffix: " bytes", max: 1_073_741_824, decimals: 0 },
  { field: "queueFrames", label: "Queue", suffix: " frames", max: 10_000_000, decimals: 0 },
  { field: "mtu", label: "Black hole over", suffix: " bytes", max: 65_535, decimals: 0 },
];

const NO_BURST = { pPercent: 0, rPercent: 0, badLossPercent: 100, goodLossPercent: 0 };
const BURST_NUMBERS = [
  ["pPercent", "Bursts begin"],
  ["rPercent", "Bursts end"],
  ["badLossPercent", "Loss in a burst"],
] as const;

/** What is asked for less often. */
export function MoreFields({ fields, isDisabled, onChange }: Props) {
  const burst = fields.lossBurst ?? NO_BURST;
  return (
    <div className="more-fields" data-testid="impair-more-fields">
      {NUMBERS.map(({ field, label, ...look }) => (
        <div key={field}>
          <span className="soft">{label}</span>
          <ExactField
            {...look}
            label={label}
            value={fields[field] ?? 0}
            placeholder={field === "queueFrames" || field === "burstBytes" ? "computed" : "none"}
            isDisabled={isDisabled}
            onChange={(value) => onChange(field, value)}
            testId={`impair-${field}-exact`}
          />
        </div>
      ))}
      {BURST_NUMBERS.map(([field, label]) => (
        <div key={field}>
          <span className="soft">{label}</span>
          <ExactField
            {...PERCENT}
            label={label}
            value={fields.lossBurst === undefined ? 0 : burst[field]}
            placeholder="none"
            isDisabled={isDisabled}
            onChange={(value) => {
              const next = { ...burst, [field]: value };
              onChange("lossBurst", next.pPercent === 0 && next.rPercent === 0 ? undefined : next);
            }}
            testId={`impair-burst-${field}`}
          />
        </div>
      ))}
      <NativeSelect
        size="xs"
        label="Jitter is"
        data={["uniform", ...JITTER_DISTRIBUTIONS.filter((name) => name !== "uniform")]}
        value={fields.jitterDistribution ?? "uniform"}
        disabled={isDisabled || !fields.jitterMs}
        onChange={({ currentTarget: { value } }) =>
          onChange(
            "jitterDistribution",
            JITTER_DISTRIBUTIONS.find((name) => name === value && name !== "uniform"),
          )
        }
      />
      <NativeSelect
        size="xs"
        label="Engine"
        data={[...IMPAIRMENT_ENGINES]}
        value={fields.engine ?? "auto"}
        disabled={isDisabled}
        onChange={({ currentTarget: { value } }) =>
          onChange(
            "engine",
            IMPAIRMENT_ENGINES.find((name) => name === value && name !== "auto"),
          )
        }
        data-testid="impair-engine"
      />
    </div>
  );
}
