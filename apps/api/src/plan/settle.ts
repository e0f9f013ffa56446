import { keys } from "@ratchet/contracts";
import type { SubnetAllocator } from "../pools/subnet-allocator.js";
import type { Draft } from "../state/draft.js";
import type { LinkRecord } from "../state/records.js";
import type { Binder } from "./bind-pods.js";
import { type ReadinessOf, settleChoice } from "./settle-choice.js";
import { drainVnis, settleVni, type VniAllocator } from "./settle-vnis.js";

export interface SettleTools {
  binder: Binder;
  allocator: VniAllocator;
  subnets: SubnetAllocator;
  /** Called with each link that needs a VNI and cannot have one. */
  starved?: (linkKey: string) => void;
  labelsOf: (node: string) => Readonly<Record<string, string>> | undefined;
  readinessOf: ReadinessOf;
}

/** What a draft has to bring in order beside the intents themselves. */
export interface Settling {
  pods: Set<string>;
  links: Set<string>;
  /** uids of links that the draft deletes */
  goneLinks: Set<string>;
}

/** Follows a change of intents with the decisions that hang on it: pods to nodes, pods to selectors, VNIs to links. */
export function settle(draft: Draft, { pods, links, goneLinks }: Settling, tools: SettleTools): void {
  const all = new Set(links);
  for (const podKey of pods) {
    tools.binder.settle(draft, podKey, tools.labelsOf);
    for (const linkKey of draft.linksOfPod(podKey)) all.add(linkKey);
  }
  for (const uid of goneLinks) drainVnis(draft, uid);
  for (const key of all) {
    const link = draft.peek<LinkRecord>(key);
    if (link === undefined || !key.startsWith(keys.links())) continue;
    settleChoice(draft, link, tools.readinessOf);
    if (!settleVni(draft, link, tools.allocator)) tools.starved?.(key);
  }
}
