import { isDeepStrictEqual } from "node:util";
import type { StreamItem } from "@ratchet/contracts";
import type { Shown } from "./compare-status.js";

/** What a follower of the stream holds of a kind, by `namespace/name`. */
export type HeldOf = (kind: StreamItem["kind"]) => ReadonlyMap<string, StreamItem>;

/**
 * Every way in which what a follower of the stream holds differs from what REST answers. Pure.
 *
 * `isOfOne`: all of it comes from the replica that answered. Of several, each dates conditions by itself.
 */
export function compareStream(shown: Shown, of: HeldOf, isOfOne = true): string[] {
  const lists = { Node: shown.nodes, Pod: shown.pods, Link: shown.links } as const;
  return (Object.keys(lists) as (keyof typeof lists)[]).flatMap((kind) => {
    const differences: string[] = [];
    const rest = new Map(of(kind));
    for (const item of lists[kind]) {
      const name = `${"namespace" in item.metadata ? item.metadata.namespace : ""}/${item.metadata.name}`;
      const held = rest.get(name);
      rest.delete(name);
      if (held === undefined) differences.push(`${kind} ${name} was never said`);
      else if (!isDeepStrictEqual(lasting(held, isOfOne), lasting(item, isOfOne)))
        differences.push(`${kind} ${name} was last said to be ${JSON.stringify(held)}, and is ${JSON.stringify(item)}`);
    }
    for (const name of rest.keys()) differences.push(`${kind} ${name} was never said to be gone`);
    return differences;
  });
}

/** Without what moves with each word of an agent, and is no news. */
function lasting(item: StreamItem, isOfOne: boolean): object {
  if (item.kind === "Node") {
    const { lastSeen: _moves, ...status } = item.status;
    return { ...item, status };
  }
  if (isOfOne || !("conditions" in item.status)) return item;
  const { conditions: _own, ...status } = item.status;
  return { ...item, status };
}
