import { NativeSelect, NumberInput } from "@mantine/core";
import { RAMP_FIELDS } from "@ratchet/contracts";
import type { FaultDraft, RampField } from "../../graph/fault-draft.js";

interface Props {
  draft: FaultDraft;
  onChange: (fields: Partial<FaultDraft>) => void;
}

const LABELS: Record<RampField, string> = {
  delayMs: "Delay, ms",
  jitterMs: "Jitter, ms",
  lossPercent: "Loss, %",
  duplicatePercent: "Twice, %",
  corruptPercent: "Corrupt, %",
  rateKbit: "Rate, kbit/s",
};

/** Which figure moves, from where to where, in which time. */
export function RampFields({ draft: { ramp }, onChange }: Props) {
  const set = (fields: Partial<FaultDraft["ramp"]>) => onChange({ ramp: { ...ramp, ...fields } });
  const number = (field: "start" | "end" | "overSeconds", label: string, suffix: string) => (
    <NumberInput
      size="xs"
      label={label}
      suffix={suffix}
      min={field === "overSeconds" ? 0.05 : 0}
      value={ramp[field]}
      onChange={(value) => typeof value === "number" && set({ [field]: value })}
      data-testid={`fault-ramp-${field}`}
    />
  );
  return (
    <div style={{ display: "grid", gridTemplateColumns: "1.4fr 1fr 1fr 1fr", gap: 8, marginBottom: 12 }}>
      <NativeSelect
        size="xs"
        label="What"
        value={ramp.field}
        data={RAMP_FIELDS.map((field) => ({ value: field, label: LABELS[field] }))}
        onChange={(event) => set({ field: event.currentTarget.value as RampField })}
        data-testid="fault-ramp-field"
      />
      {number("start", "From", "")}
      {number("end", "To", "")}
      {number("overSeconds", "In", " s")}
    </div>
  );
}
