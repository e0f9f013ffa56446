import { isDeepStrictEqual } from "node:util";
import { LinkSpec } from "@ratchet/contracts";

/**
 * The spec of a Link after its source changed: what the source says anew, and an operator's edits
 * everywhere else. Pure. `written` is what the source said before; an end is one field.
 */
export function mergeSpec(written: LinkSpec | undefined, wanted: LinkSpec, current: LinkSpec): LinkSpec {
  if (written === undefined) return wanted;
  const pick = <T>(before: T, now: T, edited: T): T => (isDeepStrictEqual(before, now) ? edited : now);
  const fields = new Set([...Object.keys(wanted), ...Object.keys(current)]) as Set<keyof LinkSpec>;
  const merged: Record<string, unknown> = {};
  for (const field of fields) {
    if (field === "endpoints") continue;
    const value = pick<unknown>(written[field], wanted[field], current[field]);
    if (value !== undefined) merged[field] = value;
  }
  merged.endpoints = wanted.endpoints.map((end, index) =>
    pick<unknown>(written.endpoints[index], end, current.endpoints[index]),
  );
  // Two halves that are right each can be wrong together: then the source has it.
  const parsed = LinkSpec.safeParse(merged);
  return parsed.success ? parsed.data : wanted;
}
