import { NumberInput } from "@mantine/core";
import { useEffect, useState } from "react";

interface Props {
  label: string;
  suffix: string;
  max: number;
  decimals: number;
  value: number;
  placeholder: string;
  isDisabled: boolean;
  onChange: (value: number) => void;
  testId: string;
}

/** A number that applies when it is done with: Enter, an arrow, or the next field. */
export function ExactField(props: Props) {
  const { label, suffix, max, decimals, value, placeholder, isDisabled, onChange, testId } = props;
  const [text, setText] = useState<string | number>(value === 0 ? "" : value);
  useEffect(() => setText(value === 0 ? "" : value), [value]);
  const commit = () => {
    const number = text === "" ? 0 : Number(text);
    if (Number.isFinite(number) && number !== value) onChange(number);
  };
  return (
    <NumberInput
      size="xs"
      aria-label={label}
      suffix={suffix}
      min={0}
      max={max}
      decimalScale={decimals}
      allowNegative={false}
      thousandSeparator=","
      hideControls
      placeholder={placeholder}
      value={text}
      disabled={isDisabled}
      onChange={setText}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === "Enter") commit();
        if (event.key === "Escape") setText(value === 0 ? "" : value);
      }}
      data-testid={testId}
    />
  );
}
