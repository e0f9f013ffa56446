import { isDeepStrictEqual } from "node:util";
import {
  type KubeProblem,
  keys,
  LINKS_ANNOTATION,
  type LinkSpec,
  OWNER_ANNOTATION,
  PROBLEM_ANNOTATION,
  SOURCE_KUBERNETES,
  SOURCE_LABEL,
} from "@ratchet/contracts";
import { WRITTEN_ANNOTATION } from "../admission/protect-marks.js";
import type { ProblemError } from "../http/problem-error.js";
import { matchesSelector } from "../plan/settle-choice.js";
import type { Edit, LinkEdit, PodEdit } from "../plan/stage.js";
import type { Draft } from "../state/draft.js";
import { nameTaken } from "../state/intents.js";
import type { LinkRecord, PodRecord } from "../state/records.js";
import { keptOf, PodChanges, withoutKept } from "./kept-ports.js";
import type { KubePod } from "./kube-pod.js";
import { isFromKubernetes, ownerMark, ownerOf, type Written, writtenOf } from "./marks.js";
import { mergeSpec } from "./merge-spec.js";
import { pairingName } from "./pod-book.js";
import { type NamedLink, textOf } from "./wanted-of-pod.js";

/** The pod as it is to be shown: undefined when it is so already. Never touches one that a person made. */
export function podEdit(draft: Draft, pod: KubePod): PodEdit | undefined {
  const key = keys.pod(pod.namespace, pod.name);
  const before = draft.stored<PodRecord>(key)?.data;
  if (before !== undefined && before.uid !== pod.uid) return undefined;
  const { nodeSelector: _selector, node: _node, ...spec } = before?.spec ?? {};
  const annotations = { ...before?.annotations };
  const links = pod.annotations[LINKS_ANNOTATION];
  if (links === undefined) delete annotations[LINKS_ANNOTATION];
  else annotations[LINKS_ANNOTATION] = links;
  const after: PodRecord = {
    uid: pod.uid,
    namespace: pod.namespace,
    name: pod.name,
    labels: { ...pod.labels, [SOURCE_LABEL]: SOURCE_KUBERNETES },
    annotations,
    createdAt: pod.createdAt,
    spec: { ...spec, sandbox: { cni: true }, ...(pod.node === null ? {} : { node: pod.node }) },
  };
  if (isDeepStrictEqual(before, after)) return undefined;
  return { kind: "Pod", key, verb: before === undefined ? "create" : "update", before, after };
}

/**
 * One link as its pod asks for it. What the pod asked before is kept at the pod, so that only what
 * has changed since is written: an operator's edits stay, also a delete.
 *
 * @throws ProblemError AlreadyExists when the name is another's
 */
export function linkEdits(draft: Draft, pod: KubePod, wanted: NamedLink, nowIso: string): Edit[] {
  const podRecord = ownPod(draft, pod);
  if (podRecord === undefined) return [];
  const written = writtenOf(podRecord);
  const last = written[wanted.name];
  const key = keys.link(pod.namespace, wanted.name);
  const before = draft.stored<LinkRecord>(key)?.data;
  if (before !== undefined && ownerOf(before)?.uid !== pod.uid) {
    throw nameTaken("Link", pod.namespace, wanted.name);
  }
  if (before === undefined && isDeepStrictEqual(last, plain(wanted.spec))) return [];

  const { [PROBLEM_ANNOTATION]: _mended, ...annotations } = before?.annotations ?? {};
  const after: LinkRecord = {
    uid: before?.uid ?? crypto.randomUUID(),
    namespace: pod.namespace,
    name: wanted.name,
    labels: { ...before?.labels, [SOURCE_LABEL]: SOURCE_KUBERNETES },
    annotations: {
      ...annotations,
      [OWNER_ANNOTATION]: ownerMark(pod),
      ...(wanted.problems.length === 0 ? {} : { [PROBLEM_ANNOTATION]: textOf(wanted.problems) }),
    },
    createdAt: before?.createdAt ?? nowIso,
    spec: before === undefined ? wanted.spec : mergeSpec(last, wanted.spec, before.spec),
  };
  const link: LinkEdit = { kind: "Link", key, verb: before === undefined ? "create" : "update", before, after };
  const pods = new PodChanges(draft);
  pods.handOver(after);
  pods.change(keyOf(pod), (record) => withWritten(record, { ...written, [wanted.name]: plain(wanted.spec) }));
  return [link, ...pods.edits()].filter(isChange);
}

/** Takes away the links that a pod asked for and does not any more. */
export function unwantedEdits(draft: Draft, pod: KubePod, wanted: ReadonlySet<string>): Edit[] {
  const podRecord = ownPod(draft, pod);
  if (podRecord === undefined) return [];
  const written = writtenOf(podRecord);
  const unwanted = Object.keys(written).filter((name) => !wanted.has(name));
  if (unwanted.length === 0) return [];
  const links = unwanted.flatMap((name) => removal(draft, keys.link(pod.namespace, name), pod.uid));
  const kept = Object.fromEntries(Object.entries(written).filter(([name]) => wanted.has(name)));
  const pods = new PodChanges(draft);
  pods.change(keyOf(pod), (record) => withWritten(record, kept));
  return [...links, ...pods.edits()];
}

/**
 * Takes back what pods kept for a pod of this pairing name, as far as a wire has it again, or the pod that has the
 * name now does not ask for it: the name has come back, with another wish.
 */
export function keptEdits(
  draft: Draft,
  pod: KubePod,
  wanted: readonly NamedLink[],
  keeperKeys: Iterable<string>,
): Edit[] {
  const pods = new PodChanges(draft);
  const ends = wanted.flatMap(({ name, spec }) => {
    const link = draft.peek<LinkRecord>(keys.link(pod.namespace, name));
    const wired = link !== undefined && ownerOf(link)?.uid === pod.uid ? draft.wired(link) : undefined;
    if (wired !== undefined) pods.handOver(wired);
    return spec.endpoints.map((end, index) => ("podSelector" in end ? (wired?.spec.endpoints[index] ?? end) : end));
  });
  for (const key of keeperKeys) {
    pods.change(key, (record) => {
      const kept = Object.entries(keptOf(record)).filter(([, by]) => by === pairingName(pod));
      const unasked = kept.filter(([ifName]) => !ends.some((end) => mayBe(end, record, ifName)));
      return withoutKept(
        record,
        unasked.map(([ifName]) => ifName),
      );
    });
  }
  return pods.edits().filter(isChange);
}

/** True when the end is, or could be chosen as, this interface of the pod. */
function mayBe(end: LinkSpec["endpoints"][number], pod: PodRecord, ifName: string): boolean {
  if (!("interface" in end) || end.interface !== ifName) return false;
  if ("pod" in end) return end.pod === pod.name;
  return "podSelector" in end && matchesSelector(pod.labels, end.podSelector);
}

/** Says at the pod what no link could be made of. */
export function problemEdits(draft: Draft, pod: KubePod, problems: readonly KubeProblem[]): Edit[] {
  const before = ownPod(draft, pod);
  if (before === undefined) return [];
  const { [PROBLEM_ANNOTATION]: _mended, ...annotations } = before.annotations;
  if (problems.length > 0) annotations[PROBLEM_ANNOTATION] = textOf(problems);
  return [podUpdate(before, annotations)].filter(isChange);
}

/**
 * Everything of a pod that is gone: the links it owns, wherever their ends are by now, and itself. The pods at the
 * other ends keep their interfaces: to them a cable was pulled.
 */
export function goneEdits(draft: Draft, podKey: string, uid: string, linkKeys: Iterable<string>): Edit[] {
  const links = [...linkKeys].flatMap((key) => removal(draft, key, uid));
  const before = draft.stored<PodRecord>(podKey)?.data;
  const isOwn = before !== undefined && before.uid === uid && isFromKubernetes(before);
  const pods = new PodChanges(draft);
  for (const { before: link } of links) {
    if (link !== undefined) pods.keep(link, podKey, isOwn ? pairingName(before) : (ownerOf(link)?.name ?? ""));
  }
  const edits = [...links, ...pods.edits().filter(isChange)];
  return isOwn ? [...edits, { kind: "Pod", key: podKey, verb: "delete", before, after: undefined }] : edits;
}

/** What a refusal of the store's admission says, in a field of the pod. */
export function refusalOf(link: NamedLink, error: ProblemError): KubeProblem {
  return { field: `link ${link.name}:`, message: error.message };
}

function ownPod(draft: Draft, pod: KubePod): PodRecord | undefined {
  const record = draft.stored<PodRecord>(keys.pod(pod.namespace, pod.name))?.data;
  return record?.uid === pod.uid ? record : undefined;
}

function removal(draft: Draft, key: string, ownerUid: string): LinkEdit[] {
  const before = draft.stored<LinkRecord>(key)?.data;
  if (before === undefined || ownerOf(before)?.uid !== ownerUid) return [];
  return [{ kind: "Link", key, verb: "delete", before, after: undefined }];
}

function withWritten(pod: PodRecord, written: Written): PodRecord {
  const { [WRITTEN_ANNOTATION]: _former, ...annotations } = pod.annotations;
  if (Object.keys(written).length > 0) annotations[WRITTEN_ANNOTATION] = JSON.stringify(written);
  return { ...pod, annotations };
}

function keyOf({ namespace, name }: KubePod): string {
  return keys.pod(namespace, name);
}

function podUpdate(before: PodRecord, annotations: Record<string, string>): PodEdit {
  const key = keys.pod(before.namespace, before.name);
  return { kind: "Pod", key, verb: "update", before, after: { ...before, annotations } };
}

function isChange({ before, after }: Edit): boolean {
  return !isDeepStrictEqual(before, after);
}

/** As it reads back from JSON: a field that is undefined is none. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
