import { NumberInput } from "@mantine/core";
import type { FaultDraft } from "../../graph/fault-draft.js";

interface Props {
  draft: FaultDraft;
  onChange: (fields: Partial<FaultDraft>) => void;
}

/** How often and for which part of the time a wire is down. */
export function FlapFields({ draft, onChange }: Props) {
  const field = (
    name: "periodSeconds" | "downPercent" | "randomPercent",
    label: string,
    suffix: string,
    min: number,
    max: number,
  ) => (
    <NumberInput
      size="xs"
      label={label}
      suffix={suffix}
      min={min}
      max={max}
      decimalScale={2}
      value={draft[name]}
      onChange={(value) => typeof value === "number" && onChange({ [name]: value })}
      data-testid={`fault-${name}`}
    />
  );
  return (
    <div style={{ display: "grid", gridTemplateColumns: "1fr 1fr 1fr", gap: 8, marginBottom: 12 }}>
      {field("periodSeconds", "Every", " s", 0.05, 86_400)}
      {field("downPercent", "Down", " %", 1, 99)}
      {field("randomPercent", "Irregular by", " %", 0, 90)}
    </div>
  );
}
