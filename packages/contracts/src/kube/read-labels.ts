import { fieldErrors, fieldPath } from "../api/problem.js";
import { LEGACY_LABELS as LABEL, LEGACY_PREFIX_LENGTH } from "../legacy/labels.js";
import { InterfaceAddress } from "../net/fields.js";
import { LinkSpec } from "../resources/link.js";
import type { KubePodSource, KubeProblem, WantedLinks } from "./wanted-link.js";

/** Which pod of the same namespace carries a `ratchet.pod_name`, if one does. */
export type FindPair = (podName: string) => string | undefined;

const NEEDED = [LABEL.pairName, LABEL.localIp, LABEL.localIfName, LABEL.pairIp, LABEL.pairIfName];

/**
 * Reads the prototype's labels of one pod: a primary describes one link, others none. Pure.
 *
 * A bad address leaves a link without it, so that the wire stands and its status says what is
 * wrong; without interface names there is no wire to speak of, and the problem is the pod's.
 */
export function readLabels({ name, labels }: KubePodSource, findPair: FindPair): WantedLinks {
  if (labels[LABEL.isRatchet] !== "true" || labels[LABEL.primary] !== "true") return { links: [], problems: [] };
  const problems: KubeProblem[] = NEEDED.filter((label) => !labels[label]).map((label) => ({
    field: fieldOf(label),
    message: `is needed on a pod with ${LABEL.primary} true`,
  }));
  if (problems.length > 0) return { links: [], problems };

  const podName = labels[LABEL.podName] ?? name;
  const pairName = labels[LABEL.pairName] ?? "";
  const left: KubeProblem[] = [];
  const addresses = (label: string): string[] => {
    const text = `${labels[label]}/${LEGACY_PREFIX_LENGTH}`;
    if (InterfaceAddress.safeParse(text).success) return [text];
    const message = `${JSON.stringify(labels[label])} is no IPv4 address: write it bare, as 192.168.2.100`;
    left.push({ field: fieldOf(label), message });
    return [];
  };
  const parsed = LinkSpec.safeParse({
    endpoints: [
      { pod: name, interface: labels[LABEL.localIfName], addresses: addresses(LABEL.localIp) },
      { pod: findPair(pairName) ?? pairName, interface: labels[LABEL.pairIfName], addresses: addresses(LABEL.pairIp) },
    ],
  });
  if (parsed.success) {
    return {
      links: [{ name: undefined, nameFrom: [podName, pairName], spec: parsed.data, problems: left }],
      problems: [],
    };
  }
  const wrong = fieldErrors(parsed.error).map(({ field, message }) => ({ field: fieldOf(labelOf(field)), message }));
  return { links: [], problems: [...left, ...wrong] };
}

/** Which label a field of the link came from. */
function labelOf(field: string): string {
  const isLocal = field.startsWith("endpoints[0]");
  if (field.includes(".addresses")) return isLocal ? LABEL.localIp : LABEL.pairIp;
  if (field.includes(".interface")) return isLocal ? LABEL.localIfName : LABEL.pairIfName;
  return LABEL.pairName;
}

function fieldOf(label: string): string {
  return fieldPath(["metadata", "labels", label]);
}
