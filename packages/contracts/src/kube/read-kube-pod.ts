import { LEGACY_LABELS } from "../legacy/labels.js";
import { LINKS_ANNOTATION } from "./marks.js";
import { readAnnotation } from "./read-annotation.js";
import { type FindPair, readLabels } from "./read-labels.js";
import type { KubePodSource, WantedLinks } from "./wanted-link.js";

/** Whether a Kubernetes pod is Ratchet's: by its label, or by naming links. */
export function isRatchetPod({ labels, annotations }: Pick<KubePodSource, "labels" | "annotations">): boolean {
  return labels[LEGACY_LABELS.isRatchet] === "true" || annotations[LINKS_ANNOTATION] !== undefined;
}

/** Everything that a Kubernetes pod's labels and annotation ask for, and what is wrong with them. Pure. */
export function readKubePod(pod: KubePodSource, findPair: FindPair): WantedLinks {
  const fromLabels = readLabels(pod, findPair);
  const fromAnnotation = readAnnotation(pod);
  return {
    links: [...fromLabels.links, ...fromAnnotation.links],
    problems: [...fromLabels.problems, ...fromAnnotation.problems],
  };
}
