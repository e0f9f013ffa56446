import { type Link, OWNER_ANNOTATION, SOURCE_LABEL } from "@ratchet/contracts";

/** `POD:INTERFACE`; of an end that is chosen by labels these too, and the pod it has now. */
export function endText(link: Link, index: 0 | 1): string {
  const end = link.spec.endpoints[index];
  if (end === undefined || !("interface" in end) || "node" in end) return "";
  if ("pod" in end) return `${end.pod}:${end.interface}`;
  const labels = Object.entries(end.podSelector).map(([key, value]) => `${key}=${value}`);
  return `${link.status.endpoints[index]?.pod ?? "?"}:${end.interface} (${labels.join(",")})`;
}

/** Where a link comes from when nobody made it by hand: `kubernetes`, and the pod that asks for it. */
export function sourceText({ metadata }: Link): string {
  const source = metadata.labels[SOURCE_LABEL];
  if (source === undefined) return "";
  const [namespace, pod] = metadata.annotations[OWNER_ANNOTATION]?.split("/") ?? [];
  return pod === undefined ? source : `${source} pod ${namespace}/${pod}`;
}
