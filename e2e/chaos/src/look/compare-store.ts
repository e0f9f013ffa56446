import { isDeepStrictEqual } from "node:util";
import { type Choices, isSelecting, NO_CHOICES, podOfEnd } from "../model/choices.js";
import type { Expected } from "../model/expected.js";
import { documentOf, linksOf, podsOf, runOf, type World } from "../model/world.js";

interface VniEntry {
  vni: number;
  link: string;
  namespace: string;
  nodes: string[];
  state: string;
}

/** What is there beside what was asked for: of processes that are up, and of pages. */
const OF_OTHERS = ["nodes/", "layouts/", "replicas/", "agents/", "leader"].map((name) => `/ratchet/${name}`);

/** Every way in which the store's entries differ from what the accepted operations leave; no key too many. Pure. */
export function compareStore(
  world: World,
  expected: Expected,
  entries: ReadonlyMap<string, unknown>,
  choices: Choices = NO_CHOICES,
): string[] {
  const differences: string[] = [];
  const say = (text: string) => differences.push(`store: ${text}`);
  const rest = new Map([...entries].filter(([key]) => !OF_OTHERS.some((other) => key.startsWith(other))));
  const take = (key: string) => {
    const value = rest.get(key);
    rest.delete(key);
    if (value === undefined) say(`${key} is missing`);
    return value as Record<string, unknown> | undefined;
  };
  for (const pod of podsOf(world)) {
    const record = take(`/ratchet/pods/${pod.namespace}/${pod.name}`);
    compareDocument(`pod ${pod.namespace}/${pod.name}`, record, documentOf(pod), say);
    if (pod.spec.node === undefined) {
      const binding = take(`/ratchet/bindings/${pod.namespace}/${pod.name}`);
      const { node } = expected.pods.get(`${pod.namespace}/${pod.name}`) ?? {};
      if (binding?.node !== node) say(`pod ${pod.namespace}/${pod.name} is bound to ${binding?.node}`);
    }
    const run = runOf(world, pod);
    if (!run.isRunning || run.incarnation > 0) {
      const held = take(`/ratchet/runs/${pod.namespace}/${pod.name}`);
      const { isRunning, incarnation } = held ?? {};
      if (!isDeepStrictEqual({ isRunning, incarnation }, run))
        say(`run of pod ${pod.namespace}/${pod.name} is ${JSON.stringify(held)}`);
    }
  }
  compareAddresses(world, choices, take);
  for (const link of linksOf(world)) {
    const key = `${link.namespace}/${link.name}`;
    compareDocument(`link ${key}`, take(`/ratchet/links/${key}`), documentOf(link), say);
    for (const [index, end] of link.spec.endpoints.entries()) {
      const pod = podOfEnd(link, index as 0 | 1, choices);
      if (pod !== null) take(`/ratchet/ports/${link.namespace}/${pod}/${end.interface}`);
    }
    if (isSelecting(link)) compareChoice(key, take(`/ratchet/choices/${key}`), choices, say);
  }
  compareVnis(world, expected, rest, say);
  for (const [key, value] of rest) say(`${key} is left over: ${JSON.stringify(value).slice(0, 200)}`);
  return differences;
}

function compareDocument(
  what: string,
  record: Record<string, unknown> | undefined,
  document: { labels: object; spec: object },
  say: (text: string) => void,
): void {
  if (record === undefined) return;
  const { labels, spec } = record;
  if (!isDeepStrictEqual({ labels, spec }, { labels: document.labels, spec: document.spec })) {
    say(`${what} is ${JSON.stringify({ labels, spec })} instead of ${JSON.stringify(document)}`);
  }
}

function compareChoice(
  link: string,
  record: Record<string, unknown> | undefined,
  choices: Choices,
  say: (text: string) => void,
): void {
  const ends = (record?.ends ?? []) as ({ pod: string | null } | null)[];
  const kept = ends.map((end) => end?.pod ?? null);
  const shown = choices.get(link);
  if (!isDeepStrictEqual(kept, shown)) say(`link ${link} has chosen ${kept} and shows ${shown}`);
}

function compareAddresses(world: World, choices: Choices, take: (key: string) => unknown): void {
  const keys = new Set<string>();
  const claim = (namespace: string, pod: string, address: string) =>
    keys.add(`/ratchet/addresses/${namespace}/${pod}/${address.split("/")[0]}`);
  for (const { namespace, name, spec } of podsOf(world)) {
    for (const address of spec.loopback ?? []) claim(namespace, name, address);
    for (const item of spec.interfaces ?? [])
      for (const address of item.addresses ?? []) claim(namespace, name, address);
  }
  for (const link of linksOf(world)) {
    for (const [index, end] of link.spec.endpoints.entries()) {
      const pod = podOfEnd(link, index as 0 | 1, choices);
      if (pod !== null) for (const address of end.addresses ?? []) claim(link.namespace, pod, address);
    }
  }
  for (const key of keys) take(key);
}

/** One VNI for each link that needs or asks for one, and none that still waits to be given back. */
function compareVnis(world: World, expected: Expected, rest: Map<string, unknown>, say: (text: string) => void): void {
  const owners = new Map<string, number>();
  for (const [key, value] of [...rest]) {
    if (!key.startsWith("/ratchet/vnis/")) continue;
    rest.delete(key);
    const { vni, link, namespace, state, nodes } = value as VniEntry;
    if (state !== "used") say(`VNI ${vni} of ${namespace}/${link} is ${state}, waiting for ${nodes.join(", ")}`);
    else if (owners.has(`${namespace}/${link}`))
      say(`${namespace}/${link} has VNIs ${owners.get(`${namespace}/${link}`)} and ${vni}`);
    else owners.set(`${namespace}/${link}`, vni);
  }
  for (const link of linksOf(world)) {
    const key = `${link.namespace}/${link.name}`;
    const resolved = expected.links.get(key);
    const needsOne = link.spec.vni !== undefined || (resolved?.transport === "vxlan" && link.spec.transport !== "veth");
    const vni = owners.get(key);
    owners.delete(key);
    if (needsOne && vni === undefined) say(`link ${key} has no VNI`);
    if (!needsOne && vni !== undefined) say(`link ${key} holds VNI ${vni}`);
    if (link.spec.vni !== undefined && vni !== undefined && vni !== link.spec.vni) say(`link ${key} has VNI ${vni}`);
  }
  for (const [key, vni] of owners) say(`VNI ${vni} belongs to ${key}, which is gone`);
}
