import {
  API_VERSION,
  type Fault,
  type FaultStatus,
  keys,
  type Link,
  type LinkStatus,
  type Node,
  type NodeStatus,
  type Pod,
  type PodStatus,
} from "@ratchet/contracts";
import { FaultBoard } from "../faults/fault-board.js";
import { endsAt } from "../faults/fault-clock.js";
import { isVniPoolFull } from "../pools/installation-pools.js";
import { carriedMtuBytes, defaultMtuBytes } from "../resolve/mtu.js";
import { type ResolvedEnd, type ResolvedLink, type ResolveSources, resolveLink } from "../resolve/resolve-link.js";
import { metadataOf } from "../state/documents.js";
import type { Mirror } from "../state/mirror.js";
import type { PortClaim } from "../state/records.js";
import { Measures } from "../telemetry/measures.js";
import { deriveFaultStatus } from "./fault-status.js";
import { deriveLinkStatus, type EndReports } from "./link-status.js";
import { derivePodStatus } from "./pod-status.js";
import type { StatusRegistry } from "./status-registry.js";

/** Intents and reports put together: objects as a client reads them. Derived when asked, kept until touched. */
export class Observer {
  readonly faults: FaultBoard;
  readonly #mirror: Mirror;
  readonly #registry: StatusRegistry;
  readonly #measures: Measures;
  readonly #links = new Map<string, { status: LinkStatus; isFresh: boolean }>();
  readonly #pods = new Map<string, PodStatus>();
  readonly #faultStatus = new Map<string, FaultStatus>();
  #carriedMtuBytes: number | null | undefined;

  constructor(mirror: Mirror, registry: StatusRegistry, measures = new Measures()) {
    this.#mirror = mirror;
    this.#measures = measures;
    this.#registry = registry;
    this.faults = new FaultBoard(mirror, (linkKey) => this.resolve(linkKey));
  }

  /** Something that these depend on has changed. */
  touch(touched: { pods?: Iterable<string>; links?: Iterable<string> }): void {
    for (const key of touched.pods ?? []) this.#pods.delete(key);
    for (const key of touched.links ?? []) {
      const kept = this.#links.get(key);
      if (kept !== undefined) kept.isFresh = false;
    }
  }

  /** A node came, went or changed: the default MTU may have. Returns true when it has. */
  touchNodes(): boolean {
    const before = this.carriedMtuBytes;
    this.#carriedMtuBytes = undefined;
    return before !== this.carriedMtuBytes;
  }

  get carriedMtuBytes(): number | null {
    if (this.#carriedMtuBytes === undefined) {
      const { world } = this.#mirror;
      const specs = [...world.nodes].flatMap((name) => world.node(name)?.data.spec ?? []);
      this.#carriedMtuBytes = carriedMtuBytes(specs);
    }
    return this.#carriedMtuBytes;
  }

  get defaultMtuBytes(): number {
    return defaultMtuBytes(this.carriedMtuBytes);
  }

  resolve(linkKey: string): ResolvedLink | undefined {
    const held = this.#mirror.world.link(linkKey);
    return held && resolveLink(held.data, held.modRevision, this.#sources());
  }

  link(key: string): Link | undefined {
    const held = this.#mirror.world.link(key);
    if (held === undefined) {
      this.#links.delete(key);
      return undefined;
    }
    const { data, modRevision } = held;
    return {
      apiVersion: API_VERSION,
      kind: "Link",
      metadata: metadataOf(data, modRevision),
      spec: data.spec,
      status: this.#linkStatus(key),
    };
  }

  pod(key: string): Pod | undefined {
    const held = this.#mirror.world.pod(key);
    if (held === undefined) {
      this.#pods.delete(key);
      return undefined;
    }
    const { data, modRevision } = held;
    const status = this.#pods.get(key) ?? this.#podStatus(key);
    this.#pods.set(key, status);
    return { apiVersion: API_VERSION, kind: "Pod", metadata: metadataOf(data, modRevision), spec: data.spec, status };
  }

  fault(key: string): Fault | undefined {
    const held = this.#mirror.world.fault(key);
    if (held === undefined) {
      this.#faultStatus.delete(key);
      return undefined;
    }
    const { data, modRevision } = held;
    const nodeFault = (node: string) => {
      const reports = this.#registry.node(node);
      return { isConnected: reports?.isConnected === true, report: reports?.faults.get(data.uid) };
    };
    const before = this.#faultStatus.get(key);
    const status = deriveFaultStatus(data, this.faults.reach(key), nodeFault, before, new Date().toISOString());
    this.#faultStatus.set(key, status);
    return {
      apiVersion: API_VERSION,
      kind: "Fault",
      metadata: metadataOf(data, modRevision),
      spec: data.spec,
      status,
    };
  }

  node(name: string): Node | undefined {
    const held = this.#mirror.world.node(name);
    if (held === undefined) return undefined;
    const { uid, labels, createdAt, spec } = held.data;
    const metadata = { name, uid, revision: held.modRevision, labels, annotations: {}, createdAt };
    return { apiVersion: API_VERSION, kind: "Node", metadata, spec, status: this.#nodeStatus(name) };
  }

  #nodeStatus(name: string): NodeStatus {
    const record = this.#mirror.world.node(name)?.data;
    const reports = this.#registry.node(name);
    return {
      phase: reports?.isConnected ? "Ready" : "Unknown",
      lastSeen: reports === undefined ? null : new Date(reports.lastSeenMs).toISOString(),
      agentVersion: record?.agentVersion ?? null,
      kernel: record?.kernel ?? null,
      panelNetns: record?.panelNetns ?? null,
      capabilities: record?.capabilities ?? null,
      pods: this.#mirror.world.podsOfNode(name).size,
    };
  }

  #podStatus(key: string): PodStatus {
    const { world } = this.#mirror;
    const pod = world.pod(key)?.data;
    if (pod === undefined) throw new Error(`there is no ${key}`);
    const node = world.nodeOf(key);
    const reports = node === null ? undefined : this.#registry.node(node);
    return derivePodStatus({
      pod,
      run: world.run(pod),
      node,
      isConnected: reports?.isConnected === true,
      isNodeKnown: reports !== undefined || (node !== null && world.node(node) !== undefined),
      report: reports?.pods.get(pod.uid),
      ports: [...(reports?.ports.get(pod.uid)?.values() ?? [])],
      linkOf: (ifName) => world.entry<PortClaim>(keys.port(pod.namespace, pod.name, ifName))?.data.link ?? null,
    });
  }

  #linkStatus(key: string): LinkStatus {
    const kept = this.#links.get(key);
    if (kept?.isFresh) return kept.status;
    const resolved = this.resolve(key);
    if (resolved === undefined) throw new Error(`there is no ${key}`);
    const reports = resolved.ends.map((end) => this.#endReports(end, resolved)) as [EndReports, EndReports];
    const now = new Date();
    const { uid } = resolved.link;
    const status = deriveLinkStatus(
      resolved,
      reports,
      kept?.status,
      now.toISOString(),
      this.#faultsOf(key),
      (inForce) => this.#measures.read(uid, inForce, now.getTime()),
    );
    if (status.impairments === undefined) this.#measures.clear(uid);
    this.#links.set(key, { status, isFresh: true });
    return status;
  }

  #faultsOf(linkKey: string): string[] {
    return this.faults.ofLink(linkKey).map(({ name, by, spec, ...fault }) => {
      const until = endsAt({ name, by, spec, ...fault });
      return `fault ${name} (${spec.action.type}) by ${by} until ${until}`;
    });
  }

  #endReports({ node, pod, end }: ResolvedEnd, { link }: ResolvedLink): EndReports {
    const reports = node === null ? undefined : this.#registry.node(node);
    const uid = pod?.uid ?? "";
    return {
      isConnected: reports?.isConnected === true,
      pod: reports?.pods.get(uid),
      port: reports?.ports.get(uid)?.get(end.interface),
      wire: reports?.wires.get(link.uid),
      isRunning: pod === undefined || this.#mirror.world.run(pod).isRunning,
    };
  }

  #sources(): ResolveSources {
    const { world } = this.#mirror;
    return {
      pod: (key) => world.pod(key)?.data,
      nodeOf: (key) => world.nodeOf(key),
      node: (name) => world.node(name)?.data,
      usedVni: (uid) => world.usedVni(uid),
      endsOf: (link) => world.endsOf(link),
      isVniPoolFull: () => isVniPoolFull(world),
      choice: (link) => world.choice(keys.link(link.namespace, link.name)),
      defaultMtuBytes: this.defaultMtuBytes,
    };
  }
}
