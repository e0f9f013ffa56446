import { keys } from "@ratchet/contracts";
import { endsWithAddresses } from "../pools/link-ends.js";
import { nodeOfPod } from "./node-of-pod.js";
import type {
  BindingRecord,
  ChoiceRecord,
  FaultRecord,
  Held,
  LinkRecord,
  NodeRecord,
  PodRecord,
  RunRecord,
  ScenarioRecord,
  ScenarioRunRecord,
  SubnetRecord,
  VniRecord,
} from "./records.js";
import { SetIndex } from "./set-index.js";
import { choiceKeyOf, isSelecting, linkOfChoice, podKeysOfLink, wiredLink } from "./wired-link.js";

const PODS = keys.pods();
const LINKS = keys.links();
const FAULTS = keys.faults();
const SCENARIOS = keys.scenarios();
const SCENARIO_RUNS = keys.scenarioRuns();
const NODES = keys.nodes();
const BINDINGS = keys.bindings();
const VNIS = keys.vnis();
const SUBNETS = keys.subnets();
const ADDRESSES = keys.addresses();
const CHOICES = keys.choices();

type Indexed = "pods" | "links" | "faults" | "scenarios" | "scenarioRuns";

/**
 * Everything the store holds, read and indexed: by namespace, by pod, by node, by uid.
 *
 * Pods and links are named by their store keys throughout. No lookup walks all objects.
 */
export class World {
  readonly #entries = new Map<string, Held<unknown>>();
  readonly #byNamespace = {
    pods: new SetIndex<string>(),
    links: new SetIndex<string>(),
    faults: new SetIndex<string>(),
    scenarios: new SetIndex<string>(),
    scenarioRuns: new SetIndex<string>(),
  };
  readonly #linksOfPod = new SetIndex<string>();
  /** Links that have a selector, by namespace. */
  readonly #selecting = new SetIndex<string>();
  readonly #podsOfNode = new SetIndex<string>();
  readonly #nodeOfPod = new Map<string, string>();
  readonly #vnisOfLink = new SetIndex<number>();
  readonly #subnetsOfLink = new SetIndex<string>();
  readonly #subnetsIn = new SetIndex<string>();
  readonly #claimsOfAddress = new SetIndex<string>();
  readonly #addressCounts = new Map<string, number>();
  readonly #unplacedPods = new Set<string>();
  readonly #drainingOfNode = new SetIndex<number>();
  readonly #keyOfUid = new Map<string, string>();
  readonly #nodes = new Set<string>();
  readonly #vnis = new Set<number>();

  entry<T = unknown>(key: string): Held<T> | undefined {
    return this.#entries.get(key) as Held<T> | undefined;
  }

  pod(key: string): Held<PodRecord> | undefined {
    return this.entry<PodRecord>(key);
  }

  link(key: string): Held<LinkRecord> | undefined {
    return this.entry<LinkRecord>(key);
  }

  choice(linkKey: string): ChoiceRecord | undefined {
    return this.entry<ChoiceRecord>(choiceKeyOf(linkKey))?.data;
  }

  /** A link with the pods that its selectors have chosen. */
  wired(linkKey: string): LinkRecord | undefined {
    const link = this.link(linkKey)?.data;
    return link && wiredLink(link, this.choice(linkKey));
  }

  fault(key: string): Held<FaultRecord> | undefined {
    return this.entry<FaultRecord>(key);
  }

  node(name: string): Held<NodeRecord> | undefined {
    return this.entry<NodeRecord>(keys.node(name));
  }

  scenarioRun(key: string): Held<ScenarioRunRecord> | undefined {
    return this.entry<ScenarioRunRecord>(key);
  }

  run(pod: PodRecord): RunRecord {
    const run = this.entry<RunRecord>(keys.run(pod.namespace, pod.name))?.data;
    return run?.podUid === pod.uid ? run : { podUid: pod.uid, isRunning: true, incarnation: 0 };
  }

  vni(vni: number): VniRecord | undefined {
    return this.entry<VniRecord>(keys.vni(vni))?.data;
  }

  /** The VNI a link uses now; draining ones are not it. */
  usedVni(linkUid: string): VniRecord | undefined {
    for (const vni of this.#vnisOfLink.get(linkUid)) {
      const record = this.vni(vni);
      if (record?.state === "used") return record;
    }
    return undefined;
  }

  nodeOf(podKey: string): string | null {
    return this.#nodeOfPod.get(podKey) ?? null;
  }

  keyOfUid(uid: string): string | undefined {
    return this.#keyOfUid.get(uid);
  }

  keysIn(kind: Indexed, namespace: string): ReadonlySet<string> {
    return this.#byNamespace[kind].get(namespace);
  }

  /** Links that name a pod or have chosen it. */
  linksOfPod(podKey: string): ReadonlySet<string> {
    return this.#linksOfPod.get(podKey);
  }

  /** Links of a namespace that choose a pod by its labels. */
  selecting(namespace: string): ReadonlySet<string> {
    return this.#selecting.get(namespace);
  }

  podsOfNode(node: string): ReadonlySet<string> {
    return this.#podsOfNode.get(node);
  }

  vnisOfLink(linkUid: string): ReadonlySet<number> {
    return this.#vnisOfLink.get(linkUid);
  }

  /** Store keys of the automatic subnets of a link. */
  subnetsOfLink(linkUid: string): ReadonlySet<string> {
    return this.#subnetsOfLink.get(linkUid);
  }

  subnetsIn(namespace: string): ReadonlySet<string> {
    return this.#subnetsIn.get(namespace);
  }

  /** Number of addresses claimed in pods of a namespace. */
  addressCount(namespace: string): number {
    return this.#addressCounts.get(namespace) ?? 0;
  }

  /** Store keys of the claims on an address, in whichever pods of the namespace. */
  claimsOfAddress(namespace: string, address: string): ReadonlySet<string> {
    return this.#claimsOfAddress.get(`${namespace}/${address}`);
  }

  /** A link's ends with the addresses that were chosen for it. */
  endsOf(link: LinkRecord): LinkRecord["spec"]["endpoints"] {
    const subnets = [...this.subnetsOfLink(link.uid)].flatMap((key) => this.entry<SubnetRecord>(key)?.data ?? []);
    return endsWithAddresses(link, subnets);
  }

  /** Pods that are on no node. */
  get unplacedPods(): ReadonlySet<string> {
    return this.#unplacedPods;
  }

  /** VNIs that wait for this node to confirm that they are gone. */
  drainingVnis(node: string): ReadonlySet<number> {
    return this.#drainingOfNode.get(node);
  }

  get nodes(): ReadonlySet<string> {
    return this.#nodes;
  }

  get vnis(): ReadonlySet<number> {
    return this.#vnis;
  }

  /** Namespaces that have a pod, a link, a fault, a scenario or a run. */
  namespaces(): Set<string> {
    return new Set(Object.values(this.#byNamespace).flatMap((index) => [...index.keys()]));
  }

  *allKeys(kind: Indexed): Iterable<string> {
    for (const namespace of this.#byNamespace[kind].keys()) yield* this.#byNamespace[kind].get(namespace);
  }

  keys(): Iterable<string> {
    return this.#entries.keys();
  }

  put(key: string, data: unknown, modRevision: number): void {
    this.#unindex(key);
    this.#entries.set(key, { data, modRevision });
    this.#index(key, data);
  }

  delete(key: string): void {
    this.#unindex(key);
    this.#entries.delete(key);
    if (key.startsWith(BINDINGS)) this.#place(podOfBinding(key));
    if (key.startsWith(CHOICES)) this.#indexEnds(linkOfChoice(key));
  }

  #index(key: string, data: unknown): void {
    if (key.startsWith(PODS)) {
      const pod = data as PodRecord;
      this.#byNamespace.pods.add(pod.namespace, key);
      this.#keyOfUid.set(pod.uid, key);
      this.#place(key);
    } else if (key.startsWith(LINKS)) {
      const link = data as LinkRecord;
      this.#byNamespace.links.add(link.namespace, key);
      this.#keyOfUid.set(link.uid, key);
      if (isSelecting(link)) this.#selecting.add(link.namespace, key);
      this.#indexEnds(key);
    } else if (key.startsWith(CHOICES)) {
      this.#indexEnds(linkOfChoice(key));
    } else if (key.startsWith(FAULTS)) {
      const fault = data as FaultRecord;
      this.#byNamespace.faults.add(fault.namespace, key);
      this.#keyOfUid.set(fault.uid, key);
    } else if (key.startsWith(SCENARIOS)) {
      this.#byNamespace.scenarios.add((data as ScenarioRecord).namespace, key);
    } else if (key.startsWith(SCENARIO_RUNS)) {
      this.#byNamespace.scenarioRuns.add((data as ScenarioRunRecord).namespace, key);
    } else if (key.startsWith(BINDINGS)) {
      this.#place(podOfBinding(key));
    } else if (key.startsWith(VNIS)) {
      const { vni, linkUid, state, nodes } = data as VniRecord;
      this.#vnis.add(vni);
      this.#vnisOfLink.add(linkUid, vni);
      if (state === "draining") for (const node of nodes) this.#drainingOfNode.add(node, vni);
    } else if (key.startsWith(SUBNETS)) {
      const { linkUid, namespace } = data as SubnetRecord;
      this.#subnetsOfLink.add(linkUid, key);
      this.#subnetsIn.add(namespace, key);
    } else if (key.startsWith(ADDRESSES)) {
      const [namespace, address] = placeOfAddress(key);
      this.#claimsOfAddress.add(`${namespace}/${address}`, key);
      this.#addressCounts.set(namespace, this.addressCount(namespace) + 1);
    } else if (key.startsWith(NODES)) {
      this.#nodes.add(key.slice(NODES.length));
    }
  }

  #unindex(key: string): void {
    const data = this.#entries.get(key)?.data;
    if (data === undefined) return;
    if (key.startsWith(PODS)) {
      const pod = data as PodRecord;
      this.#byNamespace.pods.remove(pod.namespace, key);
      this.#keyOfUid.delete(pod.uid);
      this.#moveTo(key, null);
      this.#unplacedPods.delete(key);
    } else if (key.startsWith(LINKS)) {
      const link = data as LinkRecord;
      this.#byNamespace.links.remove(link.namespace, key);
      this.#keyOfUid.delete(link.uid);
      this.#selecting.remove(link.namespace, key);
      this.#unindexEnds(key);
    } else if (key.startsWith(CHOICES)) {
      this.#unindexEnds(linkOfChoice(key));
    } else if (key.startsWith(FAULTS)) {
      const fault = data as FaultRecord;
      this.#byNamespace.faults.remove(fault.namespace, key);
      this.#keyOfUid.delete(fault.uid);
    } else if (key.startsWith(SCENARIOS)) {
      this.#byNamespace.scenarios.remove((data as ScenarioRecord).namespace, key);
    } else if (key.startsWith(SCENARIO_RUNS)) {
      this.#byNamespace.scenarioRuns.remove((data as ScenarioRunRecord).namespace, key);
    } else if (key.startsWith(VNIS)) {
      const { vni, linkUid, nodes } = data as VniRecord;
      this.#vnis.delete(vni);
      this.#vnisOfLink.remove(linkUid, vni);
      for (const node of nodes) this.#drainingOfNode.remove(node, vni);
    } else if (key.startsWith(SUBNETS)) {
      const { linkUid, namespace } = data as SubnetRecord;
      this.#subnetsOfLink.remove(linkUid, key);
      this.#subnetsIn.remove(namespace, key);
    } else if (key.startsWith(ADDRESSES)) {
      const [namespace, address] = placeOfAddress(key);
      this.#claimsOfAddress.remove(`${namespace}/${address}`, key);
      const left = this.addressCount(namespace) - 1;
      if (left > 0) this.#addressCounts.set(namespace, left);
      else this.#addressCounts.delete(namespace);
    } else if (key.startsWith(NODES)) {
      this.#nodes.delete(key.slice(NODES.length));
    }
  }

  #indexEnds(linkKey: string): void {
    const link = this.wired(linkKey);
    if (link !== undefined) for (const podKey of podKeysOfLink(link)) this.#linksOfPod.add(podKey, linkKey);
  }

  #unindexEnds(linkKey: string): void {
    const link = this.wired(linkKey);
    if (link !== undefined) for (const podKey of podKeysOfLink(link)) this.#linksOfPod.remove(podKey, linkKey);
  }

  #place(podKey: string): void {
    const pod = this.pod(podKey)?.data;
    if (pod === undefined) return;
    this.#moveTo(podKey, nodeOfPod(pod, this.entry<BindingRecord>(keys.binding(pod.namespace, pod.name))?.data));
  }

  #moveTo(podKey: string, node: string | null): void {
    const before = this.#nodeOfPod.get(podKey);
    if (before !== undefined) this.#podsOfNode.remove(before, podKey);
    if (node === null) {
      this.#nodeOfPod.delete(podKey);
      this.#unplacedPods.add(podKey);
      return;
    }
    this.#unplacedPods.delete(podKey);
    this.#nodeOfPod.set(podKey, node);
    this.#podsOfNode.add(node, podKey);
  }
}

function placeOfAddress(key: string): [namespace: string, address: string] {
  const [namespace = "", , address = ""] = key.slice(ADDRESSES.length).split("/");
  return [namespace, address];
}

function podOfBinding(key: string): string {
  return PODS + key.slice(BINDINGS.length);
}
