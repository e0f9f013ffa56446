import type { TokenEntry } from "@ratchet/contracts";

/**
 * Who sent a request. `local`: whoever reaches an API without tokens, or its unix socket, which only the API's own user
 * can open. Otherwise what the token says.
 */
export type Identity =
  | { role: "local" }
  | { role: "operator" | "replica" | "metrics"; tokenId: string }
  | { role: "node"; node: string; tokenId: string };

export const LOCAL: Identity = { role: "local" };

export function identityOf(entry: TokenEntry): Identity {
  if (entry.role === "node") return { role: "node", node: entry.node, tokenId: entry.id };
  return { role: entry.role, tokenId: entry.id };
}
