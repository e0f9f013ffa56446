import type { Condition } from "@ratchet/contracts";

export type Claim = Omit<Condition, "since">;

/** Gives each condition the time since which it says what it says. */
export function sinceBefore(claims: readonly Claim[], before: readonly Condition[], nowIso: string): Condition[] {
  return claims.map((claim) => {
    const same = before.find(
      (old) => old.type === claim.type && old.status === claim.status && old.reason === claim.reason,
    );
    return { ...claim, since: same?.since ?? nowIso };
  });
}
