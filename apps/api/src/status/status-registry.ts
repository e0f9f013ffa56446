import type { AgentStatus, FaultReport, PodReport, PortReport, WireReport } from "@ratchet/contracts";

/** What one agent has said since the API started. Kept when it is gone: then it is the last that is known. */
export interface NodeReports {
  isConnected: boolean;
  /** ms since the epoch */
  lastSeenMs: number;
  /** False until the agent has said, on this connection, all it has. */
  hasFullStatus: boolean;
  /** `version` of the last assignment it has taken in, on this connection. */
  version: number;
  pods: Map<string, PodReport>;
  /** by pod uid, then by interface */
  ports: Map<string, Map<string, PortReport>>;
  wires: Map<string, WireReport>;
  /** by uid */
  faults: Map<string, FaultReport>;
  /** VNIs with a tunnel in its panel */
  vnis: Set<number>;
}

/** What a report was about, by uid. */
export interface Reported {
  pods: Set<string>;
  ports: { podUid: string; interface: string }[];
  links: Set<string>;
  faults: Set<string>;
  /** VNIs may have been confirmed gone. */
  mayReleaseVnis: boolean;
}

/** Status as the agents report it, by node. It is in no store: agents say everything again when they connect. */
export class StatusRegistry {
  readonly #nodes = new Map<string, NodeReports>();

  node(name: string): NodeReports | undefined {
    return this.#nodes.get(name);
  }

  isConnected(name: string): boolean {
    return this.#nodes.get(name)?.isConnected === true;
  }

  *connected(): Iterable<string> {
    for (const [name, reports] of this.#nodes) if (reports.isConnected) yield name;
  }

  /** All that a node has said, as one status; null while it has not said all. */
  fullStatus(name: string): AgentStatus | null {
    const node = this.#nodes.get(name);
    if (node === undefined || !node.hasFullStatus) return null;
    return {
      type: "status",
      full: true,
      version: node.version,
      pods: [...node.pods.values()],
      ports: [...node.ports.values()].flatMap((ports) => [...ports.values()]),
      wires: [...node.wires.values()],
      removedPods: [],
      removedPorts: [],
      removedWires: [],
      vnis: [...node.vnis],
      removedVnis: [],
      faults: [...node.faults.values()],
    };
  }

  connect(name: string, nowMs: number): void {
    const known = this.#nodes.get(name);
    this.#nodes.set(name, {
      pods: known?.pods ?? new Map(),
      ports: known?.ports ?? new Map(),
      wires: known?.wires ?? new Map(),
      faults: known?.faults ?? new Map(),
      vnis: known?.vnis ?? new Set(),
      isConnected: true,
      lastSeenMs: nowMs,
      hasFullStatus: false,
      version: 0,
    });
  }

  disconnect(name: string): void {
    const known = this.#nodes.get(name);
    if (known !== undefined) known.isConnected = false;
  }

  forget(name: string): void {
    this.#nodes.delete(name);
  }

  seen(name: string, nowMs: number): void {
    const known = this.#nodes.get(name);
    if (known !== undefined) known.lastSeenMs = nowMs;
  }

  report(name: string, status: AgentStatus, nowMs: number): Reported {
    const node = this.#nodes.get(name);
    const reported: Reported = {
      pods: new Set(),
      ports: [],
      links: new Set(),
      faults: new Set(),
      mayReleaseVnis: false,
    };
    if (node === undefined) return reported;
    node.lastSeenMs = nowMs;
    reported.mayReleaseVnis = status.full || status.removedVnis.length > 0 || status.version > node.version;
    node.version = Math.max(node.version, status.version);
    if (status.full) clear(node, reported);
    for (const pod of status.pods) {
      node.pods.set(pod.podUid, pod);
      reported.pods.add(pod.podUid);
    }
    for (const port of status.ports) {
      const ports = node.ports.get(port.podUid) ?? new Map<string, PortReport>();
      node.ports.set(port.podUid, ports.set(port.interface, port));
      reported.ports.push(port);
    }
    for (const wire of status.wires) {
      node.wires.set(wire.linkUid, wire);
      reported.links.add(wire.linkUid);
    }
    for (const fault of status.faults ?? []) {
      node.faults.set(fault.faultUid, fault);
      reported.faults.add(fault.faultUid);
    }
    for (const vni of status.vnis) node.vnis.add(vni);
    remove(node, status, reported);
    return reported;
  }
}

// What a full status does not name is gone, and whoever looked at it has to look again.
function clear(node: NodeReports, reported: Reported): void {
  node.hasFullStatus = true;
  for (const uid of node.pods.keys()) reported.pods.add(uid);
  for (const ports of node.ports.values()) for (const port of ports.values()) reported.ports.push(port);
  for (const uid of node.wires.keys()) reported.links.add(uid);
  for (const uid of node.faults.keys()) reported.faults.add(uid);
  node.faults.clear();
  node.pods.clear();
  node.ports.clear();
  node.wires.clear();
  node.vnis.clear();
}

function remove(node: NodeReports, status: AgentStatus, reported: Reported): void {
  for (const uid of status.removedPods) {
    node.pods.delete(uid);
    reported.pods.add(uid);
  }
  for (const port of status.removedPorts) {
    const ports = node.ports.get(port.podUid);
    ports?.delete(port.interface);
    if (ports?.size === 0) node.ports.delete(port.podUid);
    reported.ports.push(port);
  }
  for (const uid of status.removedWires) {
    node.wires.delete(uid);
    reported.links.add(uid);
  }
  for (const uid of status.removedFaults ?? []) {
    node.faults.delete(uid);
    reported.faults.add(uid);
  }
  for (const vni of status.removedVnis) node.vnis.delete(vni);
}
