import { familyOf, InterfaceAddress } from "@ratchet/contracts";

/** Reads `10.0.0.1/31, fd00::1/127`. Answers the addresses, or what is wrong with the first bad one. */
export function parseAddresses(text: string): { addresses: string[] } | { problem: string } {
  const addresses: string[] = [];
  for (const part of wordsOf(text)) {
    const result = InterfaceAddress.safeParse(part);
    if (!result.success) return { problem: `${part} ${result.error.issues[0]?.message ?? "is not an address"}` };
    addresses.push(result.data);
  }
  return { addresses };
}

/** The text without the addresses of these families; what is no address stays, so that it is complained of. */
export function withoutFamilies(text: string, families: readonly (4 | 6)[]): string {
  if (families.length === 0) return text;
  const isTaken = (word: string) => {
    const result = InterfaceAddress.safeParse(word);
    return result.success && families.includes(familyOf(result.data));
  };
  return wordsOf(text)
    .filter((word) => !isTaken(word))
    .join(", ");
}

function wordsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "");
}
