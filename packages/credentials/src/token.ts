import { createHash, randomBytes } from "node:crypto";
import type { TokenEntry } from "@ratchet/contracts";

type Whose = { role: "operator" | "replica" | "metrics" } | { role: "node"; node: string };

/** Makes a token: its text for the one who shows it, its entry for the API. */
export function makeToken(whose: Whose, now = new Date()): { text: string; entry: TokenEntry } {
  const id = randomBytes(8).toString("hex");
  const text = `ratchet_${id}_${randomBytes(32).toString("base64url")}`;
  const sha256 = createHash("sha256").update(text).digest("hex");
  return { text, entry: { ...whose, id, sha256, createdAt: now.toISOString() } };
}
