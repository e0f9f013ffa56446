import { keys } from "@ratchet/contracts";
import { assignedWire } from "../resolve/assigned-wire.js";
import type { ResolvedLink } from "../resolve/resolve-link.js";
import { assignedPod, assignedPort } from "../resolve/resolve-pod.js";
import type { Mirror } from "../state/mirror.js";
import type { PodRecord, PortClaim } from "../state/records.js";
import type { Observer } from "../status/observer.js";
import type { StatusRegistry } from "../status/status-registry.js";
import { AgentAssignment } from "./agent-assignment.js";
import { farEnd } from "./far-end.js";

interface Placed {
  uid: string;
  nodes: string[];
  ports: { podKey: string; podUid: string; node: string; interface: string }[];
}

/**
 * Tells each connected agent what its node has to have, as differences.
 *
 * Only what was touched is resolved anew; where it was before is remembered here, because the
 * mirror does not know it any more.
 */
export class Dispatcher {
  readonly #mirror: Mirror;
  readonly #observer: Observer;
  readonly #registry: StatusRegistry;
  readonly #agents = new Map<string, { assignment: AgentAssignment; send: (text: string) => void }>();
  readonly #pods = new Map<string, { uid: string; node: string }>();
  readonly #links = new Map<string, Placed>();
  /** Nodes whose assignment was looked at for a change since the last flush. */
  readonly #due = new Set<string>();
  #faultsVersion = -1;

  constructor(mirror: Mirror, observer: Observer, registry: StatusRegistry) {
    this.#mirror = mirror;
    this.#observer = observer;
    this.#registry = registry;
  }

  /** Prepares everything a node has to have; flush() sends it. */
  connect(node: string, send: (text: string) => void): void {
    const { world } = this.#mirror;
    this.#agents.set(node, { assignment: new AgentAssignment(), send });
    this.#due.add(node);
    const links = new Set<string>();
    for (const podKey of world.podsOfNode(node)) {
      this.#placePod(podKey);
      for (const linkKey of world.linksOfPod(podKey)) links.add(linkKey);
    }
    for (const linkKey of links) this.#placeLink(linkKey);
    this.flush([], []);
  }

  disconnect(node: string): void {
    this.#agents.delete(node);
  }

  /** The version from which on the node's agent was not asked for this VNI; undefined while it is or it is away. */
  withoutVniSince(node: string, vni: number): number | undefined {
    return this.#agents.get(node)?.assignment.withoutVniSince(vni);
  }

  /** A VNI is released: when agents were last asked for it needs not be known any more. */
  forgetVni(vni: number): void {
    for (const { assignment } of this.#agents.values()) assignment.forgetVni(vni);
  }

  flush(podKeys: Iterable<string>, linkKeys: Iterable<string>): void {
    for (const key of podKeys) this.#placePod(key);
    for (const key of linkKeys) this.#placeLink(key);
    const { faults } = this.#observer;
    // Of a thousand agents a change concerns two; which ones a fault concerns is not told.
    const nodes = faults.version === this.#faultsVersion ? [...this.#due] : [...this.#agents.keys()];
    this.#faultsVersion = faults.version;
    this.#due.clear();
    for (const node of nodes) {
      const agent = this.#agents.get(node);
      if (agent === undefined) continue;
      agent.assignment.setFaults(node, faults);
      const text = agent.assignment.take(this.#mirror.storeId, this.#mirror.revision);
      if (text !== undefined) agent.send(text);
    }
  }

  /** What the node's agent was told, to be changed; the difference goes with the next flush. */
  #assignment(node: string): AgentAssignment | undefined {
    const agent = this.#agents.get(node);
    if (agent !== undefined) this.#due.add(node);
    return agent?.assignment;
  }

  #placePod(podKey: string): void {
    const { world } = this.#mirror;
    const pod = world.pod(podKey)?.data;
    const node = world.nodeOf(podKey);
    const before = this.#pods.get(podKey);
    if (before !== undefined && (before.uid !== pod?.uid || before.node !== node)) {
      this.#assignment(before.node)?.removePod(before.uid);
      this.#pods.delete(podKey);
    }
    if (pod === undefined || node === null) return;
    const agent = this.#assignment(node);
    if (agent === undefined) return;
    const assigned = assignedPod(pod, world.run(pod));
    if (assigned === undefined) {
      agent.removePod(pod.uid);
      return;
    }
    this.#pods.set(podKey, { uid: pod.uid, node });
    agent.setPod(assigned);
    const names = new Set([...agent.portsOf(pod.uid), ...(pod.spec.interfaces ?? []).map(({ name }) => name)]);
    for (const linkKey of world.linksOfPod(podKey)) {
      for (const end of world.wired(linkKey)?.spec.endpoints ?? []) {
        if ("pod" in end && end.pod === pod.name) names.add(end.interface);
      }
    }
    for (const name of names) this.#placePort(agent, podKey, pod, name);
  }

  #placeLink(linkKey: string): void {
    const before = this.#links.get(linkKey);
    const resolved = this.#observer.resolve(linkKey);
    for (const { podKey, podUid, node, interface: ifName } of before?.ports ?? []) {
      const agent = this.#assignment(node);
      const pod = this.#mirror.world.pod(podKey)?.data;
      if (agent === undefined) continue;
      const isHere = pod?.uid === podUid && this.#mirror.world.nodeOf(podKey) === node;
      if (isHere) this.#placePort(agent, podKey, pod, ifName);
      else agent.removePort({ podUid, interface: ifName });
    }
    if (resolved === undefined) {
      for (const node of before?.nodes ?? []) this.#assignment(node)?.removeWire(before?.uid ?? "");
      this.#links.delete(linkKey);
      return;
    }
    const ports = this.#placePorts(resolved);
    const nodes = this.#placeWires(resolved, before);
    this.#links.set(linkKey, { uid: resolved.link.uid, nodes, ports });
  }

  #placePorts({ ends }: ResolvedLink): Placed["ports"] {
    return ends.flatMap(({ end, pod, node, podKey }) => {
      if (pod === undefined || node === null) return [];
      const agent = this.#assignment(node);
      if (agent !== undefined) this.#placePort(agent, podKey, pod, end.interface);
      return [{ podKey, podUid: pod.uid, node, interface: end.interface }];
    });
  }

  #placeWires(resolved: ResolvedLink, before: Placed | undefined): string[] {
    const { world } = this.#mirror;
    const { link, vni } = resolved;
    const nodes: string[] = [];
    for (const node of new Set(resolved.ends.flatMap((end) => end.node ?? []))) {
      const wire = assignedWire(
        resolved,
        node,
        (name) => world.node(name)?.data,
        (other) => farEnd(this.#registry.node(other), link.uid, vni),
      );
      if (wire === undefined) continue;
      nodes.push(node);
      this.#assignment(node)?.setWire(wire);
    }
    for (const node of before?.nodes ?? []) {
      const isSame = before?.uid === link.uid && nodes.includes(node);
      if (!isSame) this.#assignment(node)?.removeWire(before?.uid ?? "");
    }
    return nodes;
  }

  #placePort(agent: AgentAssignment, podKey: string, pod: PodRecord, ifName: string): void {
    if (pod.spec.sandbox === undefined || this.#mirror.world.nodeOf(podKey) === null) {
      agent.removePort({ podUid: pod.uid, interface: ifName });
      return;
    }
    const port = assignedPort(pod, ifName, this.#wiredEnd(pod, ifName), this.#observer.defaultMtuBytes);
    if (port === undefined) agent.removePort({ podUid: pod.uid, interface: ifName });
    else agent.setPort(port);
  }

  #wiredEnd(pod: PodRecord, ifName: string) {
    const { world } = this.#mirror;
    const claim = world.entry<PortClaim>(keys.port(pod.namespace, pod.name, ifName))?.data;
    const link = claim && world.wired(keys.link(pod.namespace, claim.link));
    if (link === undefined) return undefined;
    for (const end of world.endsOf(link)) {
      if ("pod" in end && end.pod === pod.name && end.interface === ifName) {
        return { end, mtuBytes: link.spec.mtu ?? this.#observer.defaultMtuBytes };
      }
    }
    return undefined;
  }
}
