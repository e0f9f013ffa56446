import { type FieldError, keys, sendersOf } from "@ratchet/contracts";
import { refuse } from "../http/problem-error.js";
import type { Draft } from "../state/draft.js";
import type { LinkRecord, NodeRecord } from "../state/records.js";

/**
 * Refuses `engine: netem` where the node that would have to do it is known to have none. The receiver's node impairs
 * a direction; while that is not known, its agent will say so.
 *
 * @throws ProblemError Invalid
 */
export function checkEngine(draft: Draft, link: LinkRecord): void {
  const errors: FieldError[] = [];
  const { endpoints, impairments = [] } = link.spec;
  for (const [index, { engine, from }] of impairments.entries()) {
    const [sender] = engine === "netem" ? sendersOf(endpoints, from) : [];
    const receiver = sender === undefined ? undefined : endpoints[1 - sender];
    if (receiver === undefined || !("pod" in receiver)) continue;
    const node = draft.nodeOf(keys.pod(link.namespace, receiver.pod));
    const record = node === null ? undefined : draft.peek<NodeRecord>(keys.node(node));
    if (record === undefined || record.capabilities.netem) continue;
    const message = `netem is not in the kernel of node ${node}, where ${receiver.pod} is: use auto or relay`;
    errors.push({ field: `spec.impairments[${index}].engine`, message });
  }
  if (errors.length > 0) throw refuse("Invalid", errors);
}
