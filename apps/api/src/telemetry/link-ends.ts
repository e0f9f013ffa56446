import { keys } from "@ratchet/contracts";
import type { World } from "../state/world.js";

export interface LinkEnds {
  namespace: string;
  name: string;
  /** `pod:interface` */
  ports: [string, string];
  nodes: [string | null, string | null];
}

/** Where a link's two ends are now; undefined when there is no such link. */
export function linkEnds(world: World, linkUid: string): LinkEnds | undefined {
  const key = world.keyOfUid(linkUid);
  const link = key === undefined ? undefined : world.wired(key);
  if (link?.spec.endpoints === undefined) return undefined;
  const ends = link.spec.endpoints.map((end) => ("pod" in end ? end : undefined));
  // Of an end whose pod is not chosen yet nothing is counted.
  const portOf = (index: 0 | 1) => `${ends[index]?.pod ?? ""}:${ends[index]?.interface ?? ""}`;
  const nodeOf = (index: 0 | 1) => world.nodeOf(keys.pod(link.namespace, ends[index]?.pod ?? ""));
  return {
    namespace: link.namespace,
    name: link.name,
    ports: [portOf(0), portOf(1)],
    nodes: [nodeOf(0), nodeOf(1)],
  };
}
