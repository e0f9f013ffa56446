import {
  fieldPath,
  type KubeProblem,
  LEGACY_LABELS as LABEL,
  readKubePod,
  type WantedLink,
  type WantedLinks,
} from "@ratchet/contracts";
import { linkName } from "../apply/legacy.js";
import type { KubePod } from "./kube-pod.js";
import type { Written } from "./marks.js";
import { type PodBook, pairingName } from "./pod-book.js";

export interface NamedLink extends WantedLink {
  name: string;
}

/**
 * The links a pod of the cluster asks for, named, with what is wrong between it and the other pods.
 * Pure. A pair that is away keeps the pod it was last known as.
 */
export function wantedOfPod(
  pod: KubePod,
  book: PodBook,
  written: Written,
): { links: NamedLink[]; problems: KubeProblem[] } {
  const own = pairingName(pod);
  const lastKnown = (pairName: string): string | undefined => {
    const end = written[linkName(own, pairName)]?.endpoints[1];
    return end !== undefined && "pod" in end ? end.pod : undefined;
  };
  const read: WantedLinks = readKubePod(
    pod,
    (pairName) => book.inNamespace(pod.namespace, pairName)?.name ?? lastKnown(pairName),
  );
  const problems = [...read.problems];
  const links: NamedLink[] = [];
  for (const link of read.links) {
    const isOfLabels = link.nameFrom[0] === own && link.nameFrom[1] === pod.labels[LABEL.pairName];
    const between = isOfLabels ? pairProblem(pod, book) : undefined;
    if (between?.isLinkless) {
      problems.push(between.problem);
      continue;
    }
    const name = link.name ?? linkName(...link.nameFrom);
    if (links.some((other) => other.name === name)) {
      problems.push({ field: "name", message: `${name} is the name of two links of this pod: give one another name` });
      continue;
    }
    links.push({ ...link, name, problems: between ? [...link.problems, between.problem] : link.problems });
  }
  return { links, problems };
}

function pairProblem(pod: KubePod, book: PodBook): { problem: KubeProblem; isLinkless: boolean } | undefined {
  const pairName = pod.labels[LABEL.pairName] ?? "";
  const pair = book.inNamespace(pod.namespace, pairName);
  if (pair === undefined) {
    const stranger = book.elsewhere(pod.namespace, pairName);
    if (stranger === undefined) return undefined;
    const message = `${pairName} is pod ${stranger.name} of namespace ${stranger.namespace}: a pair must be in one namespace, ${pod.namespace}`;
    return { problem: { field: fieldPath(["metadata", "labels", LABEL.pairName]), message }, isLinkless: false };
  }
  const isBothPrimary = pair.labels[LABEL.primary] === "true" && pair.labels[LABEL.pairName] === pairingName(pod);
  if (!isBothPrimary) return undefined;
  const message = `is true on ${pod.name} and on its pair ${pair.name}: set it to "false" on one of them`;
  const problem = { field: fieldPath(["metadata", "labels", LABEL.primary]), message };
  // One of the two shows the wire, so that there is one place to look.
  return { problem, isLinkless: pod.name > pair.name };
}

/** One line for people: every field with what is wrong. */
export function textOf(problems: readonly KubeProblem[]): string {
  return problems.map(({ field, message }) => `${field} ${message}`).join("; ");
}
