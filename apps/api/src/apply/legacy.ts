import { createHash } from "node:crypto";
import {
  type FieldError,
  fieldErrors,
  isRatchetPod,
  LEGACY_LABELS as LABEL,
  LEGACY_PREFIX_LENGTH,
  LinkInput,
  PodInput,
  readAnnotation,
  SET_LABEL,
} from "@ratchet/contracts";
import { refuse } from "../http/problem-error.js";
import type { NamedInput, NamedManifest } from "./read-objects.js";

/** Finds the pod that carries a `ratchet.pod_name` in the store. */
export type FindPaired = (namespace: string, podName: string) => string | undefined;

/**
 * Turns the prototype's labelled Pod manifests into pods and links: all at once, in any order, any
 * number of links at a pod. The halves of a pair find each other by `ratchet.pod_name` within their
 * namespace, in this request first, then among the pods that exist.
 *
 * @throws ProblemError Invalid, Unsupported
 */
export function fromLegacy(manifests: readonly NamedManifest[], findPaired: FindPaired): NamedInput[] {
  const errors: FieldError[] = [];
  const own = new Map<string, string>();
  for (const { where, namespace, manifest } of manifests) {
    const labels = manifest.metadata.labels ?? {};
    if (!isRatchetPod({ labels, annotations: manifest.metadata.annotations ?? {} })) {
      const message = `must be "true": a pod without it is not Ratchet's and is left to its own network`;
      errors.push({ field: `${where}.metadata.labels["${LABEL.isRatchet}"]`, message });
    }
    const pairing = `${namespace}/${pairingName(manifest)}`;
    if (own.has(pairing)) {
      const message = `${pairingName(manifest)} is also the name of pod ${own.get(pairing)} in this request`;
      errors.push({ field: `${where}.metadata.labels["${LABEL.podName}"]`, message });
    }
    own.set(pairing, manifest.metadata.name);
  }
  const find: FindPaired = (namespace, podName) => own.get(`${namespace}/${podName}`) ?? findPaired(namespace, podName);
  const pods = manifests.map((item) => podOf(item, errors));
  const links = manifests.flatMap((item) => linkOf(item, find, errors));
  const annotated = manifests.flatMap((item) => annotatedLinks(item, errors));
  if (errors.length > 0) throw refuse("Invalid", errors);
  return [...pods, ...links, ...annotated].flatMap((item) => item ?? []);
}

function podOf({ where, namespace, manifest }: NamedManifest, errors: FieldError[]): NamedInput | undefined {
  const { metadata, spec } = manifest;
  const sysctls = spec?.securityContext?.sysctls ?? [];
  const parsed = PodInput.safeParse({
    metadata: { namespace, name: metadata.name, labels: metadata.labels, annotations: metadata.annotations },
    spec: {
      sandbox: { managed: true },
      ...(spec?.nodeName ? { node: spec.nodeName } : spec?.nodeSelector ? { nodeSelector: spec.nodeSelector } : {}),
      ...(sysctls.length > 0 ? { sysctls: Object.fromEntries(sysctls.map(({ name, value }) => [name, value])) } : {}),
    },
  });
  if (parsed.success) return { where, namespace, object: { kind: "Pod", input: parsed.data } };
  errors.push(...fieldErrors(parsed.error).map((item) => ({ ...item, field: `${where}.${item.field}` })));
  return undefined;
}

function linkOf({ where, namespace, manifest }: NamedManifest, find: FindPaired, errors: FieldError[]): NamedInput[] {
  const labels = manifest.metadata.labels ?? {};
  if (labels[LABEL.primary] !== "true") return [];
  const at = (label: string) => `${where}.metadata.labels["${label}"]`;
  const missing = [LABEL.pairName, LABEL.localIp, LABEL.localIfName, LABEL.pairIp, LABEL.pairIfName].filter(
    (label) => !labels[label],
  );
  for (const label of missing)
    errors.push({ field: at(label), message: "is needed on a pod with ratchet.primary true" });
  if (missing.length > 0) return [];

  const podName = pairingName(manifest);
  const pairName = labels[LABEL.pairName] ?? "";
  const set = labels[SET_LABEL];
  const parsed = LinkInput.safeParse({
    metadata: {
      namespace,
      name: linkName(podName, pairName),
      ...(set === undefined ? {} : { labels: { [SET_LABEL]: set } }),
    },
    spec: {
      endpoints: [
        end(manifest.metadata.name, labels[LABEL.localIfName], labels[LABEL.localIp]),
        end(find(namespace, pairName) ?? pairName, labels[LABEL.pairIfName], labels[LABEL.pairIp]),
      ],
    },
  });
  if (parsed.success) return [{ where, namespace, object: { kind: "Link", input: parsed.data } }];
  for (const { field, message } of fieldErrors(parsed.error)) errors.push({ field: at(labelOf(field)), message });
  return [];
}

function annotatedLinks({ where, namespace, manifest }: NamedManifest, errors: FieldError[]): NamedInput[] {
  const { name, labels = {}, annotations = {} } = manifest.metadata;
  const { links, problems } = readAnnotation({ namespace, name, labels, annotations });
  errors.push(...problems.map(({ field, message }) => ({ field: `${where}.${field}`, message })));
  const set = labels[SET_LABEL];
  return links.map((link) => {
    const metadata = {
      namespace,
      name: link.name ?? linkName(...link.nameFrom),
      labels: set === undefined ? {} : { [SET_LABEL]: set },
      annotations: {},
    };
    return { where, namespace, object: { kind: "Link", input: { metadata, spec: link.spec } } };
  });
}

function end(pod: string, ifName: string | undefined, ip: string | undefined): object {
  return { pod, interface: ifName, addresses: [`${ip}/${LEGACY_PREFIX_LENGTH}`] };
}

/** Which label a field of the link came from. */
function labelOf(field: string): string {
  const isLocal = field.startsWith("spec.endpoints[0]");
  if (field.includes(".addresses")) return isLocal ? LABEL.localIp : LABEL.pairIp;
  if (field.includes(".interface")) return isLocal ? LABEL.localIfName : LABEL.pairIfName;
  return LABEL.pairName;
}

function pairingName({ metadata }: NamedManifest["manifest"]): string {
  return metadata.labels?.[LABEL.podName] ?? metadata.name;
}

/** The same two names always make the same link; label values may hold what a name may not. */
export function linkName(podName: string, pairName: string): string {
  const plain = `${podName}-${pairName}`;
  const name = plain
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, "-")
    .replace(/^-+|-+$/g, "");
  if (name === plain && name.length <= 63) return name;
  const digest = createHash("sha256").update(plain).digest("hex").slice(0, 8);
  return `${name.slice(0, 54).replace(/-+$/, "")}-${digest}`;
}
