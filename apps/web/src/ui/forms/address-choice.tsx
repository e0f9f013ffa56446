import { SegmentedControl } from "@mantine/core";
import type { AutoAddresses } from "@ratchet/contracts";

/** Where the addresses of a new wire come from. */
export type AddressChoice = AutoAddresses | "written";

const CHOICES: readonly { value: AddressChoice; label: string }[] = [
  { value: "written", label: "As written" },
  { value: "ipv4", label: "IPv4 from the pool" },
  { value: "ipv6", label: "IPv6" },
  { value: "both", label: "Both" },
];

interface Props {
  value: AddressChoice;
  onChange(value: AddressChoice): void;
  error: string | undefined;
}

/** Chooses between addresses by hand and those that the namespace's pool gives both ends. */
export function AddressChoiceInput({ value, onChange, error }: Props) {
  return (
    <>
      <SegmentedControl
        mt={10}
        size="xs"
        fullWidth
        aria-label="Addresses"
        value={value}
        onChange={(chosen) => onChange(chosen as AddressChoice)}
        data={CHOICES.map(({ value: choice, label }) => ({
          value: choice,
          label: <span data-testid={`wire-addresses-${choice}`}>{label}</span>,
        }))}
      />
      {error !== undefined && (
        <p role="alert" style={{ color: "var(--down)", margin: "4px 0 0", fontSize: 12 }}>
          {error}
        </p>
      )}
    </>
  );
}
