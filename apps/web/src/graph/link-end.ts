import { type Endpoint, type Link, labelsText, type PodEndpoint, type SelectorEndpoint } from "@ratchet/contracts";

/** One end of a link that lies in a pod, named or chosen by its labels. */
export interface LinkEnd {
  spec: PodEndpoint | SelectorEndpoint;
  /** Name of the pod it is in now, or the labels while none is chosen. */
  pod: string;
  /** `app=router`, where labels choose the pod; null where it is named. */
  selector: string | null;
  /** As asked, or as they were given out. */
  addresses: string[];
}

export function hasPod(end: Endpoint): end is PodEndpoint | SelectorEndpoint {
  return "pod" in end || "podSelector" in end;
}

/** Undefined for an end that lies in no pod. */
export function linkEnd(link: Link, index: number): LinkEnd | undefined {
  const spec = link.spec.endpoints[index];
  if (spec === undefined || !hasPod(spec)) return undefined;
  const status = link.status.endpoints[index];
  // Where no pod is chosen yet these stand in its place.
  const selector = "pod" in spec ? null : labelsText(spec.podSelector) || "any pod";
  return {
    spec,
    pod: "pod" in spec ? spec.pod : (status?.pod ?? selector ?? ""),
    selector,
    addresses: [...(spec.addresses ?? []), ...(status?.autoAddresses ?? [])],
  };
}

/** Names of the pods at both ends, empty where there is none. */
export function endPods(link: Link): [string, string] {
  return [linkEnd(link, 0)?.pod ?? "", linkEnd(link, 1)?.pod ?? ""];
}
