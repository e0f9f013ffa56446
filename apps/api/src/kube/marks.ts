import { type LinkSpec, OWNER_ANNOTATION, SOURCE_KUBERNETES, SOURCE_LABEL } from "@ratchet/contracts";
import { WRITTEN_ANNOTATION } from "../admission/protect-marks.js";
import type { LinkRecord, PodRecord } from "../state/records.js";

export function isFromKubernetes({ labels }: PodRecord | LinkRecord): boolean {
  return labels[SOURCE_LABEL] === SOURCE_KUBERNETES;
}

export function ownerMark({ namespace, name, uid }: { namespace: string; name: string; uid: string }): string {
  return `${namespace}/${name}/${uid}`;
}

/** The pod a Link was written from. */
export function ownerOf(link: LinkRecord): { namespace: string; name: string; uid: string } | undefined {
  if (!isFromKubernetes(link)) return undefined;
  const [namespace, name, uid] = link.annotations[OWNER_ANNOTATION]?.split("/") ?? [];
  return namespace && name && uid ? { namespace, name, uid } : undefined;
}

/** What was last written to a pod's links, by their names. */
export type Written = Record<string, LinkSpec>;

export function writtenOf(pod: PodRecord | undefined): Written {
  const text = pod?.annotations[WRITTEN_ANNOTATION];
  if (text === undefined) return {};
  try {
    return JSON.parse(text) as Written;
  } catch {
    // Nothing is known then, and the source is written anew.
    return {};
  }
}
