import { InterfaceAddress } from "@ratchet/contracts";

/** Reads `10.0.0.1/31, fd00::1/127`. Answers the addresses, or what is wrong with the first bad one. */
export function parseAddresses(text: string): { addresses: string[] } | { problem: string } {
  const addresses: string[] = [];
  for (const part of text.split(/[\s,]+/).filter((word) => word !== "")) {
    const result = InterfaceAddress.safeParse(part);
    if (!result.success) return { problem: `${part} ${result.error.issues[0]?.message ?? "is not an address"}` };
    addresses.push(result.data);
  }
  return { addresses };
}
