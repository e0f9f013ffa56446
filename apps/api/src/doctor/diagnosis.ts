import type { Finding } from "@ratchet/contracts";

/** How the store's part of a finding is mended. */
export type Mend =
  /** Takes away what nobody owns. */
  | { do: "delete"; key: string }
  /** Takes away what cannot be read, if it is still the one that was read. */
  | { do: "deleteRaw"; key: string; modRevision: number }
  /** Claims and allocates anew what these links and pods ask for, after taking away a wrong claim. */
  | { do: "claim"; owners: string[]; drop?: string };

/** A finding with the way to mend it; a node's is mended by its agent. */
export interface Diagnosis extends Finding {
  mend?: Mend;
}

/** Equal for the same trouble seen twice. */
export function identityOf({ code, where, subject }: Finding): string {
  return JSON.stringify([code, where, subject]);
}
