import { type FieldError, type LinkSpec, lastingName, noEndText, type Sender, sendersOf } from "@ratchet/contracts";
import { refuse } from "../http/problem-error.js";
import type { Draft } from "../state/draft.js";
import type { LinkRecord } from "../state/records.js";
import { isSelecting } from "../state/wired-link.js";

/** The link with its impairments under names that hold for whichever pod its selectors choose next. */
export function withLastingNames(draft: Draft, link: LinkRecord): LinkRecord {
  const { endpoints, impairments } = link.spec;
  if (impairments === undefined || !isSelecting(link)) return link;
  const pods = draft.wired(link).spec.endpoints.map((end) => ("pod" in end ? end.pod : null));
  const named = impairments.map((item) => ({ ...item, from: lastingName(endpoints, pods, item.from) }));
  return { ...link, spec: { ...link.spec, impairments: named } };
}

/**
 * Refuses an impairment of what is no end, and a second one of a direction: where a selector chooses a pod the schema
 * cannot say so, for it does not know which.
 *
 * @throws ProblemError Invalid
 */
export function checkSenders({ spec }: { spec: LinkSpec }): void {
  const errors: FieldError[] = [];
  const seen = new Set<Sender>();
  for (const [index, { from }] of (spec.impairments ?? []).entries()) {
    const field = `spec.impairments[${index}].from`;
    const [sender] = sendersOf(spec.endpoints, from);
    if (sender === undefined) errors.push({ field, message: noEndText(spec.endpoints, from) });
    else if (seen.has(sender)) {
      errors.push({ field, message: `frames from ${from} are impaired twice: put everything into one entry` });
    } else seen.add(sender);
  }
  if (errors.length > 0) throw refuse("Invalid", errors);
}
