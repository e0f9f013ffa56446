import { CARRIED_MTU_BYTES } from "./admission.js";
import { type Choices, NO_CHOICES, podOfEnd } from "./choices.js";
import {
  type EndSpec,
  type Held,
  type LinkDocument,
  linksOf,
  type PodDocument,
  podIn,
  podsOf,
  runOf,
  type World,
} from "./world.js";

/** A node of the lab, as far as the model has to know it. */
export interface ModelNode {
  name: string;
  labels: Readonly<Record<string, string>>;
  address: string;
}

export interface ExpectedPort {
  /** `namespace/pod:interface` */
  alias: string;
  mtuBytes: number;
  /** When one is asked for. */
  mac: string | undefined;
  addresses: string[];
  routes: string[];
  hasCarrier: boolean;
  /** Alias of the port, or of the tunnel, that its frames must go to. Only looked at with a carrier. */
  leadsTo: string | undefined;
  link: string | null;
  /** Changes when the port must not be expected to be the same interface any more. */
  life: string;
}

export interface ExpectedPod {
  namespace: string;
  name: string;
  loopback: string[];
  ports: Map<string, ExpectedPort>;
}

export interface ExpectedTunnel {
  alias: string;
  vni: number | undefined;
  remote: string;
  mtuBytes: number;
  leadsTo: string | undefined;
}

export interface ExpectedNode {
  /** Those that have a namespace, by `namespace.pod`. */
  pods: Map<string, ExpectedPod>;
  /** By `namespace/link`. */
  tunnels: Map<string, ExpectedTunnel>;
}

export interface ExpectedLink {
  phase: "Pending" | "Up" | "Down" | "Error";
  transport: "veth" | "vxlan" | null;
  nodes: [string | null, string | null];
}

export interface Expected {
  nodes: Map<string, ExpectedNode>;
  /** By `namespace/name`. */
  pods: Map<string, { phase: "Ready" | "Gone"; node: string }>;
  links: Map<string, ExpectedLink>;
}

/** What the kernels and the API have to show for a world. Pure, and written from the design alone. */
export function expect(world: World, nodes: readonly ModelNode[], choices: Choices = NO_CHOICES): Expected {
  const expected: Expected = { nodes: new Map(), pods: new Map(), links: new Map() };
  for (const { name } of nodes) expected.nodes.set(name, { pods: new Map(), tunnels: new Map() });
  for (const pod of podsOf(world)) {
    const node = nodeOf(pod, nodes);
    const isReady = isAlive(world, pod, node);
    expected.pods.set(`${pod.namespace}/${pod.name}`, { phase: isReady ? "Ready" : "Gone", node });
    if (isReady) expected.nodes.get(node)?.pods.set(`${pod.namespace}.${pod.name}`, emptyPod(world, pod, node));
  }
  for (const link of linksOf(world)) {
    const pods = ([0, 1] as const).map((index) => podIn(world, link.namespace, podOfEnd(link, index, choices)));
    const resolved = resolve(world, link, pods, nodes);
    expected.links.set(`${link.namespace}/${link.name}`, resolved);
    placeLink(world, expected, link, pods, resolved, nodes);
  }
  return expected;
}

/** Which life of a pod's namespace it is: another one means other interfaces. */
export function lifeOf(world: World, pod: Held<PodDocument>, node: string): string {
  return `${pod.uid}.${runOf(world, pod).incarnation}@${node}`;
}

export function nodeOf({ spec, namespace, name }: PodDocument, nodes: readonly ModelNode[]): string {
  if (spec.node !== undefined) return spec.node;
  const matching = nodes.filter(({ labels }) =>
    Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value),
  );
  const [only] = matching;
  if (only === undefined || matching.length > 1) throw new Error(`${namespace}/${name} must fit exactly one node`);
  return only.name;
}

function isAlive(world: World, pod: Held<PodDocument>, node: string): boolean {
  const isPulled = world.pulled.get(`Pod ${pod.namespace}/${pod.name}`) === lifeOf(world, pod, node);
  return runOf(world, pod).isRunning && !isPulled;
}

function emptyPod(world: World, pod: Held<PodDocument>, node: string): ExpectedPod {
  const ports = new Map<string, ExpectedPort>();
  for (const item of pod.spec.interfaces ?? []) {
    ports.set(item.name, {
      alias: `${pod.namespace}/${pod.name}:${item.name}`,
      mtuBytes: item.mtu ?? CARRIED_MTU_BYTES,
      mac: item.mac,
      addresses: [...(item.addresses ?? [])],
      routes: [],
      hasCarrier: false,
      leadsTo: undefined,
      link: null,
      life: lifeOf(world, pod, node),
    });
  }
  return { namespace: pod.namespace, name: pod.name, loopback: pod.spec.loopback ?? [], ports };
}

type EndPods = readonly (Held<PodDocument> | undefined)[];

function resolve(world: World, link: Held<LinkDocument>, pods: EndPods, nodes: readonly ModelNode[]): ExpectedLink {
  const [a, b] = pods.map((pod) => (pod === undefined ? null : nodeOf(pod, nodes))) as [string | null, string | null];
  if (a === null || b === null) return { phase: "Pending", transport: null, nodes: [a, b] };
  const transport = a === b ? ("veth" as const) : ("vxlan" as const);
  const common = { transport, nodes: [a, b] as [string, string] };
  const asked = link.spec.transport;
  const isTooLarge = transport === "vxlan" && (link.spec.mtu ?? 0) > CARRIED_MTU_BYTES;
  if ((asked !== "auto" && asked !== transport) || isTooLarge) return { phase: "Error", ...common };
  const isWhole = pods.every((pod, index) => isAlive(world, pod as Held<PodDocument>, common.nodes[index] as string));
  return { phase: isWhole && link.spec.state === "up" ? "Up" : "Down", ...common };
}

function placeLink(
  world: World,
  expected: Expected,
  link: Held<LinkDocument>,
  pods: EndPods,
  { phase, transport, nodes: ends }: ExpectedLink,
  nodes: readonly ModelNode[],
): void {
  const mtuBytes = link.spec.mtu ?? CARRIED_MTU_BYTES;
  const nameOf = (index: 0 | 1) => link.spec.endpoints[index].pod ?? pods[index]?.name;
  const aliases = ([0, 1] as const).map(
    (index) => `${link.namespace}/${nameOf(index)}:${link.spec.endpoints[index].interface}`,
  );
  const tunnel = `tunnel ${link.namespace}/${link.name}`;
  for (const index of [0, 1] as const) {
    const end = link.spec.endpoints[index];
    const other = ends[1 - index];
    const pod = expected.nodes.get(ends[index] ?? "")?.pods.get(`${link.namespace}.${nameOf(index)}`);
    const isTunnel = transport === "vxlan" && phase !== "Error";
    if (isTunnel) {
      expected.nodes.get(ends[index] ?? "")?.tunnels.set(`${link.namespace}/${link.name}`, {
        alias: tunnel,
        vni: link.spec.vni,
        remote: nodes.find(({ name }) => name === other)?.address ?? "",
        mtuBytes,
        leadsTo: phase === "Up" ? aliases[index] : undefined,
      });
    }
    if (pod === undefined) continue;
    const own = pods[index] as Held<PodDocument>;
    pod.ports.set(end.interface, portOf(end, own, lifeOf(world, own, ends[index] as string)));
    const port = pod.ports.get(end.interface) as ExpectedPort;
    port.mtuBytes = mtuBytes;
    port.link = link.name;
    port.hasCarrier = phase === "Up";
    port.leadsTo = phase === "Up" ? (isTunnel ? tunnel : aliases[1 - index]) : undefined;
  }
}

/** A port that a link ends at, with what the pod's own spec says of it. */
function portOf(end: EndSpec, pod: Held<PodDocument>, life: string): ExpectedPort {
  const item = pod.spec.interfaces?.find(({ name }) => name === end.interface);
  return {
    alias: `${pod.namespace}/${pod.name}:${end.interface}`,
    mtuBytes: 0,
    mac: end.mac ?? item?.mac,
    addresses: [...new Set([...(end.addresses ?? []), ...(item?.addresses ?? [])])],
    routes: (end.routes ?? []).map(({ to, via }) => (via === undefined ? to : `${to} via ${via}`)),
    hasCarrier: false,
    leadsTo: undefined,
    link: null,
    life,
  };
}

/** Forgets pulled-away namespaces of lives that are over. Pure. */
export function withoutFormerLives(world: World, nodes: readonly ModelNode[]): World {
  const living = new Map(
    podsOf(world).map((pod) => [`Pod ${pod.namespace}/${pod.name}`, lifeOf(world, pod, nodeOf(pod, nodes))]),
  );
  const pulled = new Map([...world.pulled].filter(([key, life]) => living.get(key) === life));
  return pulled.size === world.pulled.size ? world : { ...world, pulled };
}
