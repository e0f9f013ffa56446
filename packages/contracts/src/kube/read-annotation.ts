import { z } from "zod";
import { fieldErrors, fieldPath } from "../api/problem.js";
import { nameOfSender } from "../resources/direction.js";
import { type Endpoint, LinkSpec } from "../resources/link.js";
import { AnnotatedLink } from "./annotated-link.js";
import { LINKS_ANNOTATION } from "./marks.js";
import type { KubePodSource, WantedLink, WantedLinks } from "./wanted-link.js";

const FIELD = ["metadata", "annotations", LINKS_ANNOTATION];
const Entries = z.array(z.unknown()).max(1024);

/**
 * Reads `ratchet.network/links`: a JSON array of links, each by itself, so that a mistake in one
 * leaves the others alone. Pure. What is wrong is named by field, with the remedy.
 */
export function readAnnotation(pod: KubePodSource): WantedLinks {
  const text = pod.annotations[LINKS_ANNOTATION];
  if (text === undefined) return { links: [], problems: [] };
  const read = parse(text);
  if ("message" in read) return { links: [], problems: [{ field: fieldPath(FIELD), message: read.message }] };

  const wanted: WantedLinks = { links: [], problems: [] };
  const interfaces = new Map<string, number>();
  for (const [index, entry] of read.entries.entries()) {
    const at = [...FIELD, index];
    const parsed = AnnotatedLink.safeParse(entry);
    if (!parsed.success) {
      wanted.problems.push(...fieldErrors(parsed.error, at));
      continue;
    }
    const earlier = interfaces.get(parsed.data.interface);
    if (earlier !== undefined) {
      const message = `${parsed.data.interface} is already the interface of entry ${earlier}: give each link its own`;
      wanted.problems.push({ field: fieldPath([...at, "interface"]), message });
      continue;
    }
    interfaces.set(parsed.data.interface, index);
    const link = linkOf(pod.name, parsed.data);
    if ("error" in link) wanted.problems.push(...fieldErrors(link.error, at).map(asWritten));
    else wanted.links.push(link);
  }
  return wanted;
}

function parse(text: string): { entries: unknown[] } | { message: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { message: `must be JSON: ${(error as Error).message}` };
  }
  const entries = Entries.safeParse(value);
  if (entries.success) return { entries: entries.data };
  return {
    message: `must be a JSON array of at most 1024 links, as [{"interface": "in1", "peer": {"pod": "b", "interface": "in2"}}]`,
  };
}

function linkOf(pod: string, entry: AnnotatedLink): WantedLink | { error: z.ZodError } {
  const { name, peer, impairments, transport, mtu, vni, autoAddresses, state, ...own } = entry;
  const nameFrom = [pod, own.interface] as const;
  // A peer has one of pod and podSelector, as every end has.
  const endpoints = [{ pod, ...own }, peer] as Endpoint[];
  const nameOf = (from: "self" | "peer") => nameOfSender(endpoints, from === "self" ? 0 : 1);
  const spec = LinkSpec.safeParse({
    endpoints,
    ...given({ transport, mtu, vni, autoAddresses, state }),
    ...(impairments === undefined
      ? {}
      : { impairments: impairments.map((item) => ({ ...item, from: nameOf(item.from) })) }),
  });
  if (!spec.success) return { error: spec.error };
  return { name, nameFrom, spec: spec.data, problems: [] };
}

function given(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Names a field of the Link by where it stands in the annotation. */
function asWritten({ field, message }: { field: string; message: string }): { field: string; message: string } {
  const written = field
    .replace(/\.spec\b/, "")
    .replace(/\.endpoints\[0\]/, "")
    .replace(/\.endpoints\[1\]/, ".peer");
  return { field: written, message };
}
