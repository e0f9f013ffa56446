import { NativeSelect } from "@mantine/core";
import { findImpairmentPreset, IMPAIRMENT_PRESETS, type ImpairmentFields } from "@ratchet/contracts";
import { impairmentText } from "../../graph/impairment-text.js";
import { ExactField } from "../impair/exact-field.js";

interface Props {
  fields: ImpairmentFields;
  onChange: (fields: ImpairmentFields) => void;
}

const NUMBERS = [
  { field: "delayMs", label: "Delay", suffix: " ms", max: 3_600_000, decimals: 2 },
  { field: "jitterMs", label: "Jitter", suffix: " ms", max: 3_600_000, decimals: 2 },
  { field: "lossPercent", label: "Loss", suffix: " %", max: 100, decimals: 3 },
  { field: "rateKbit", label: "Rate", suffix: " kbit/s", max: 1_000_000_000, decimals: 0 },
  { field: "duplicatePercent", label: "Twice", suffix: " %", max: 100, decimals: 3 },
  { field: "corruptPercent", label: "Corrupt", suffix: " %", max: 100, decimals: 3 },
] as const;

/** What frames suffer: like a link as people know it, or in numbers. */
export function ImpairFields({ fields, onChange }: Props) {
  return (
    <div data-testid="fault-impair">
      <NativeSelect
        size="xs"
        mb={8}
        aria-label="Like"
        value=""
        data={[
          { value: "", label: "Like ..." },
          ...IMPAIRMENT_PRESETS.filter((preset) => impairmentText(preset.there) !== "").map(({ name, title }) => ({
            value: name,
            label: title,
          })),
        ]}
        onChange={(event) => {
          const preset = findImpairmentPreset(event.currentTarget.value);
          if (preset) onChange(preset.there);
        }}
        data-testid="fault-preset"
      />
      <div style={{ display: "grid", gridTemplateColumns: "1fr 1fr 1fr", gap: 8, marginBottom: 4, fontSize: 12 }}>
        {NUMBERS.map(({ field, label, ...look }) => (
          <div key={field}>
            <span className="soft">{label}</span>
            <ExactField
              {...look}
              label={label}
              value={fields[field] ?? 0}
              placeholder={field === "rateKbit" ? "no limit" : "none"}
              isDisabled={false}
              onChange={(value) => {
                const { [field]: _before, ...rest } = fields;
                onChange(value === 0 ? rest : { ...rest, [field]: value });
              }}
              testId={`fault-${field}`}
            />
          </div>
        ))}
      </div>
      <p className="soft" style={{ margin: "0 0 12px", fontSize: 12.5 }}>
        {impairmentText(fields) || "nothing yet"}
      </p>
    </div>
  );
}
