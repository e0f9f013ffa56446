import { keys, type LinkSpec, type PodInterface } from "@ratchet/contracts";
import { KEPT_ANNOTATION } from "../admission/protect-marks.js";
import type { PodEdit } from "../plan/stage.js";
import { endsWithAddresses } from "../pools/link-ends.js";
import type { Draft } from "../state/draft.js";
import type { LinkRecord, PodRecord } from "../state/records.js";

/** Interfaces that outlive the wire's pod, each with the pairing name of the pod that asked for it. */
export type KeptPorts = Record<string, string>;

/** What a pod keeps; an interface that somebody took out of `spec.interfaces` is not kept any more. */
export function keptOf(pod: PodRecord | undefined): KeptPorts {
  const text = pod?.annotations[KEPT_ANNOTATION];
  if (text === undefined) return {};
  const names = new Set(pod?.spec.interfaces?.map(({ name }) => name));
  try {
    const kept = Object.entries(JSON.parse(text) as KeptPorts);
    return Object.fromEntries(kept.filter(([ifName]) => names.has(ifName)));
  } catch {
    // Nothing is known then: what the pod's spec names stays.
    return {};
  }
}

/** The pod with the interface of a link that goes, as the link had it; what its spec names already is left alone. */
export function withKept(pod: PodRecord, ends: LinkSpec["endpoints"], mtu: number | undefined, by: string): PodRecord {
  const interfaces = [...(pod.spec.interfaces ?? [])];
  const kept = keptOf(pod);
  for (const end of ends) {
    if (!("interface" in end) || interfaces.some(({ name }) => name === end.interface)) continue;
    interfaces.push(portOf(end, mtu));
    kept[end.interface] = by;
  }
  return withPorts(pod, interfaces, kept);
}

/** The pod without what it keeps of these interfaces: a wire has them again, or nobody asks for them. */
export function withoutKept(pod: PodRecord, ifNames: Iterable<string>): PodRecord {
  const kept = keptOf(pod);
  const gone = new Set([...ifNames].filter((ifName) => kept[ifName] !== undefined));
  if (gone.size === 0) return pod;
  for (const ifName of gone) delete kept[ifName];
  const interfaces = (pod.spec.interfaces ?? []).filter(({ name }) => !gone.has(name));
  return withPorts(pod, interfaces, kept);
}

/** Changes of pods that are collected, so that each pod is written once. */
export class PodChanges {
  readonly #after = new Map<string, PodRecord>();
  readonly #draft: Draft;

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  change(key: string, make: (pod: PodRecord) => PodRecord): void {
    const pod = this.#after.get(key) ?? this.#draft.stored<PodRecord>(key)?.data;
    if (pod !== undefined) this.#after.set(key, make(pod));
  }

  /** Every pod that a link ends at takes the link's interface back into its hands. */
  handOver(link: LinkRecord): void {
    for (const [key, ends] of endsByPod(link)) {
      const names = ends.flatMap((end) => ("interface" in end ? [end.interface] : []));
      this.change(key, (pod) => withoutKept(pod, names));
    }
  }

  /** Every pod but the one that asked for the link keeps its interface. */
  keep(link: LinkRecord, askerKey: string, by: string): void {
    const endpoints = endsWithAddresses(this.#draft.wired(link), this.#draft.subnetsOfLink(link.uid));
    for (const [key, ends] of endsByPod({ ...link, spec: { ...link.spec, endpoints } })) {
      if (key !== askerKey) this.change(key, (pod) => withKept(pod, ends, link.spec.mtu, by));
    }
  }

  edits(): PodEdit[] {
    return [...this.#after].flatMap(([key, after]): PodEdit[] => {
      const before = this.#draft.stored<PodRecord>(key)?.data;
      return before === undefined || before === after ? [] : [{ kind: "Pod", key, verb: "update", before, after }];
    });
  }
}

function endsByPod(link: LinkRecord): Map<string, LinkSpec["endpoints"]> {
  const found = new Map<string, LinkSpec["endpoints"]>();
  for (const end of link.spec.endpoints) {
    if (!("pod" in end)) continue;
    const key = keys.pod(link.namespace, end.pod);
    found.set(key, [...(found.get(key) ?? []), end]);
  }
  return found;
}

function portOf(end: Extract<LinkSpec["endpoints"][number], { interface: string }>, mtu: number | undefined) {
  const { interface: name, mac, addresses, routes } = end;
  return {
    name,
    ...(mac === undefined ? {} : { mac }),
    ...(mtu === undefined ? {} : { mtu }),
    ...(addresses === undefined ? {} : { addresses }),
    ...(routes === undefined ? {} : { routes }),
  } satisfies PodInterface;
}

function withPorts(pod: PodRecord, interfaces: PodInterface[], kept: KeptPorts): PodRecord {
  const { interfaces: _former, ...spec } = pod.spec;
  const { [KEPT_ANNOTATION]: _marks, ...annotations } = pod.annotations;
  if (Object.keys(kept).length > 0) annotations[KEPT_ANNOTATION] = JSON.stringify(kept);
  return { ...pod, annotations, spec: interfaces.length === 0 ? spec : { ...spec, interfaces } };
}
