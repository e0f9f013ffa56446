import type { ApiAssignment, AssignedPod, AssignedPort, AssignedWire, Assignment, PortRef } from "@ratchet/contracts";
import { type PortKey, portKey } from "./key.js";

/** Keys of the objects that a change concerns. */
export interface Touched {
  pods: Set<string>;
  ports: Set<PortKey>;
  wires: Set<string>;
  /** Tunnels that a wire has left. */
  vnis: Set<number>;
}

export function nothingTouched(): Touched {
  return { pods: new Set(), ports: new Set(), wires: new Set(), vnis: new Set() };
}

/** What this node shall have, indexed for changes that are small beside the whole. */
export class Desired {
  storeId = "";
  revision = 0;
  readonly pods = new Map<string, AssignedPod>();
  readonly ports = new Map<PortKey, AssignedPort>();
  readonly wires = new Map<string, AssignedWire>();
  private readonly wiresByPort = new Map<PortKey, Set<string>>();
  private readonly wireByVni = new Map<number, string>();
  private readonly portsByPod = new Map<string, Set<PortKey>>();

  /** Takes in a frame; returns what it named, gone objects included. */
  apply(frame: Omit<ApiAssignment, "type" | "version">): Touched {
    const touched = nothingTouched();
    this.storeId = frame.storeId;
    this.revision = frame.revision;
    if (frame.full) {
      const pods = new Set(frame.pods.map((pod) => pod.podUid));
      const ports = new Set(frame.ports.map(refOf));
      const wires = new Set(frame.wires.map((wire) => wire.linkUid));
      for (const uid of this.wires.keys()) if (!wires.has(uid)) this.removeWire(uid, touched);
      for (const key of this.ports.keys()) if (!ports.has(key)) this.removePort(key, touched);
      for (const uid of this.pods.keys()) if (!pods.has(uid)) this.removePod(uid, touched);
    }
    for (const uid of frame.removedWires) this.removeWire(uid, touched);
    for (const ref of frame.removedPorts) this.removePort(portKey(ref), touched);
    for (const uid of frame.removedPods) this.removePod(uid, touched);
    for (const pod of frame.pods) this.putPod(pod, touched);
    for (const port of frame.ports) this.putPort(port, touched);
    for (const wire of frame.wires) this.putWire(wire, touched);
    return touched;
  }

  wiresOf(port: PortKey): ReadonlySet<string> {
    return this.wiresByPort.get(port) ?? EMPTY;
  }

  portsOf(podUid: string): ReadonlySet<PortKey> {
    return this.portsByPod.get(podUid) ?? EMPTY;
  }

  wireOfVni(vni: number): AssignedWire | undefined {
    const uid = this.wireByVni.get(vni);
    return uid === undefined ? undefined : this.wires.get(uid);
  }

  /** The one wire a port carries: the one asked for last, while a re-route passes through. */
  wireOf(port: PortKey): AssignedWire | undefined {
    let latest: AssignedWire | undefined;
    for (const uid of this.wiresOf(port)) {
      const wire = this.wires.get(uid);
      if (wire !== undefined && (latest === undefined || wire.revision > latest.revision)) latest = wire;
    }
    return latest;
  }

  toAssignment(): Assignment {
    return {
      storeId: this.storeId,
      revision: this.revision,
      pods: [...this.pods.values()],
      ports: [...this.ports.values()],
      wires: [...this.wires.values()],
    };
  }

  private putPod(pod: AssignedPod, touched: Touched): void {
    if (isSame(this.pods.get(pod.podUid), pod)) return;
    this.pods.set(pod.podUid, pod);
    touched.pods.add(pod.podUid);
  }

  private putPort(port: AssignedPort, touched: Touched): void {
    const key = refOf(port);
    if (isSame(this.ports.get(key), port)) return;
    this.ports.set(key, port);
    add(this.portsByPod, port.podUid, key);
    touched.ports.add(key);
  }

  private putWire(wire: AssignedWire, touched: Touched): void {
    if (isSame(this.wires.get(wire.linkUid), wire)) return;
    this.removeWire(wire.linkUid, touched);
    this.wires.set(wire.linkUid, wire);
    if (wire.peer.type === "tunnel") this.wireByVni.set(wire.peer.tunnel.vni, wire.linkUid);
    for (const key of portsOfWire(wire)) add(this.wiresByPort, key, wire.linkUid);
    touched.wires.add(wire.linkUid);
  }

  private removePod(uid: string, touched: Touched): void {
    this.pods.delete(uid);
    touched.pods.add(uid);
  }

  private removePort(key: PortKey, touched: Touched): void {
    const port = this.ports.get(key);
    if (port !== undefined) remove(this.portsByPod, port.podUid, key);
    this.ports.delete(key);
    touched.ports.add(key);
  }

  private removeWire(uid: string, touched: Touched): void {
    touched.wires.add(uid);
    const wire = this.wires.get(uid);
    if (wire === undefined) return;
    this.wires.delete(uid);
    if (wire.peer.type === "tunnel") {
      const { vni } = wire.peer.tunnel;
      if (this.wireByVni.get(vni) === uid) this.wireByVni.delete(vni);
      touched.vnis.add(vni);
    }
    for (const key of portsOfWire(wire)) {
      remove(this.wiresByPort, key, uid);
      // A port that stays while its wire goes has to be looked at: its half in the panel goes down.
      touched.ports.add(key);
    }
  }
}

const EMPTY: ReadonlySet<string> = new Set();

export function portsOfWire(wire: AssignedWire): PortKey[] {
  const refs: PortRef[] = wire.peer.type === "port" ? [wire.port, wire.peer.port] : [wire.port];
  return refs.map(portKey);
}

// An object that says what the known one says keeps the known one's identity: nothing has to be planned for it.
function isSame(known: unknown, fresh: unknown): boolean {
  return known !== undefined && JSON.stringify(known) === JSON.stringify(fresh);
}

function refOf(port: AssignedPort): PortKey {
  return portKey(port);
}

function add(index: Map<string, Set<string>>, key: string, value: string): void {
  const set = index.get(key);
  if (set === undefined) index.set(key, new Set([value]));
  else set.add(value);
}

function remove(index: Map<string, Set<string>>, key: string, value: string): void {
  const set = index.get(key);
  set?.delete(value);
  if (set?.size === 0) index.delete(key);
}
