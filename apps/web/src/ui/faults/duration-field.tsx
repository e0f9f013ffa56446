import { Button, Group, NumberInput } from "@mantine/core";
import { FAULT_MAX_SECONDS } from "@ratchet/contracts";

const USUAL: [string, number][] = [
  ["10 s", 10],
  ["30 s", 30],
  ["1 min", 60],
  ["5 min", 300],
  ["1 h", 3600],
];

/** For how long: one of the usual, or any number of seconds. */
export function DurationField({ seconds, onChange }: { seconds: number; onChange: (seconds: number) => void }) {
  return (
    <Group gap={6} align="end" wrap="nowrap">
      <NumberInput
        size="xs"
        w={104}
        label="For"
        suffix=" s"
        min={0.05}
        max={FAULT_MAX_SECONDS}
        decimalScale={2}
        value={seconds}
        onChange={(value) => typeof value === "number" && value > 0 && onChange(value)}
        data-autofocus
        data-testid="fault-seconds"
      />
      <Button.Group style={{ flex: 1 }}>
        {USUAL.map(([label, value]) => (
          <Button
            key={value}
            size="xs"
            px={4}
            style={{ flex: 1 }}
            variant={seconds === value ? "light" : "default"}
            aria-pressed={seconds === value}
            onClick={() => onChange(value)}
            data-testid={`fault-for-${value}`}
          >
            {label}
          </Button>
        ))}
      </Button.Group>
    </Group>
  );
}
