/** An end of a link as the suite writes it: in a pod by name, or in the newest ready one with these labels. */
export interface EndSpec {
  pod?: string;
  podSelector?: Record<string, string>;
  interface: string;
  addresses?: string[];
  routes?: { to: string; via?: string }[];
  mac?: string;
}

export interface LinkSpec {
  endpoints: [EndSpec, EndSpec];
  transport: "auto" | "veth" | "vxlan";
  wiring: "patched";
  state: "up" | "down";
  mtu?: number;
  vni?: number;
}

export interface PodInterface {
  name: string;
  mac?: string;
  mtu?: number;
  addresses?: string[];
}

export interface PodSpec {
  node?: string;
  nodeSelector?: Record<string, string>;
  sandbox: { managed: true };
  loopback?: string[];
  interfaces?: PodInterface[];
}

interface Common {
  namespace: string;
  name: string;
  labels: Record<string, string>;
}
export type PodDocument = Common & { kind: "Pod"; spec: PodSpec };
export type LinkDocument = Common & { kind: "Link"; spec: LinkSpec };
/** What a user asks for. */
export type Document = PodDocument | LinkDocument;
export type Kind = Document["kind"];

/** A document that was accepted; `uid` counts objects, so that one made anew is another. */
export type Held<D extends Document = Document> = D & { uid: number };

export interface Run {
  isRunning: boolean;
  incarnation: number;
}

/** What must be in the history of one accepted change. */
export interface ModelChange {
  verb: "create" | "update" | "delete" | "reroute" | "kill" | "restart" | "revert";
  kind: Kind;
  namespace: string;
  name: string;
  before: Document | null;
  after: Document | null;
  /** Of a kill or restart. */
  run?: { uid: number; before: Run; after: Run };
}

/** What the accepted operations have led to. Never changed in place. */
export interface World {
  /** By `Kind namespace/name`. */
  objects: ReadonlyMap<string, Held>;
  /** Of pods that were killed or restarted, by key of the pod. */
  runs: ReadonlyMap<string, Run & { uid: number }>;
  /** Pods whose namespace somebody pulled away, by key: which life of the pod that was. */
  pulled: ReadonlyMap<string, string>;
  /**
   * VNIs that a link no longer asks for, with that link's uid. In the round in which it gave them up their nodes may not
   * have confirmed it; later it may still have the number, as the one that it was allocated.
   */
  resting: ReadonlyMap<number, number>;
  nextUid: number;
}

export const emptyWorld: World = {
  objects: new Map(),
  runs: new Map(),
  pulled: new Map(),
  resting: new Map(),
  nextUid: 1,
};

export function keyOf({ kind, namespace, name }: { kind: Kind; namespace: string; name: string }): string {
  return `${kind} ${namespace}/${name}`;
}

export function podIn(world: World, namespace: string, name: string | null): Held<PodDocument> | undefined {
  if (name === null) return undefined;
  return world.objects.get(keyOf({ kind: "Pod", namespace, name })) as Held<PodDocument> | undefined;
}

export function podsOf(world: World): Held<PodDocument>[] {
  return [...world.objects.values()].filter((object): object is Held<PodDocument> => object.kind === "Pod");
}

export function linksOf(world: World): Held<LinkDocument>[] {
  return [...world.objects.values()].filter((object): object is Held<LinkDocument> => object.kind === "Link");
}

export function runOf(world: World, pod: Held<PodDocument>): Run {
  const run = world.runs.get(keyOf(pod));
  return run?.uid === pod.uid
    ? { isRunning: run.isRunning, incarnation: run.incarnation }
    : { isRunning: true, incarnation: 0 };
}

export function documentOf({ uid: _uid, ...document }: Held): Document {
  return document as Document;
}
