import { hash } from "node:crypto";
import type { AssignedFault, AssignedPod, AssignedPort, AssignedWire, PortRef } from "@ratchet/contracts";
import type { FaultBoard } from "../faults/fault-board.js";

/** What a message still has to say; JSON texts, because that is how they are compared and sent. */
interface Difference {
  pods: Map<string, string>;
  ports: Map<string, { ref: PortRef; text: string }>;
  wires: Map<string, string>;
  removedPods: Set<string>;
  removedPorts: Map<string, PortRef>;
  removedWires: Set<string>;
  /** Not texts: how long a fault has left is known when the message is made. */
  faults: Map<string, () => AssignedFault>;
  removedFaults: Set<string>;
}

/**
 * What one connected agent was last told, and what it has not been told yet.
 *
 * Setting something to what it is costs nothing, so callers need not know what changed. Of what was said only digests
 * are kept: with the texts of 50,000 links they would be a tenth of the process's memory.
 */
export class AgentAssignment {
  readonly #pods = new Map<string, string>();
  readonly #ports = new Map<string, Map<string, string>>();
  readonly #wires = new Map<string, string>();
  readonly #faults = new Map<string, string>();
  #faultsVersion = -1;
  readonly #vniOfWire = new Map<string, number>();
  readonly #wiresOfVni = new Map<number, number>();
  readonly #vniGoneAt = new Map<number, number>();
  #version = 0;
  #next = nothing();

  setPod(pod: AssignedPod): void {
    const text = JSON.stringify(pod);
    const digest = digestOf(text);
    this.#next.removedPods.delete(pod.podUid);
    if (this.#pods.get(pod.podUid) === digest) return;
    this.#pods.set(pod.podUid, digest);
    this.#next.pods.set(pod.podUid, text);
  }

  removePod(podUid: string): void {
    for (const ifName of [...(this.#ports.get(podUid)?.keys() ?? [])]) this.removePort({ podUid, interface: ifName });
    if (!this.#pods.delete(podUid)) return;
    this.#next.pods.delete(podUid);
    this.#next.removedPods.add(podUid);
  }

  portsOf(podUid: string): Iterable<string> {
    return this.#ports.get(podUid)?.keys() ?? [];
  }

  setPort(port: AssignedPort): void {
    const text = JSON.stringify(port);
    const digest = digestOf(text);
    const key = keyOf(port);
    this.#next.removedPorts.delete(key);
    const ports = this.#ports.get(port.podUid) ?? new Map<string, string>();
    if (ports.get(port.interface) === digest) return;
    this.#ports.set(port.podUid, ports.set(port.interface, digest));
    this.#next.ports.set(key, { ref: { podUid: port.podUid, interface: port.interface }, text });
  }

  removePort(ref: PortRef): void {
    const ports = this.#ports.get(ref.podUid);
    if (ports === undefined || !ports.delete(ref.interface)) return;
    if (ports.size === 0) this.#ports.delete(ref.podUid);
    const key = keyOf(ref);
    this.#next.ports.delete(key);
    this.#next.removedPorts.set(key, { podUid: ref.podUid, interface: ref.interface });
  }

  setWire(wire: AssignedWire): void {
    const text = JSON.stringify(wire);
    const digest = digestOf(text);
    this.#next.removedWires.delete(wire.linkUid);
    if (this.#wires.get(wire.linkUid) === digest) return;
    this.#wires.set(wire.linkUid, digest);
    this.#next.wires.set(wire.linkUid, text);
    this.#useVni(wire.linkUid, wire.peer.type === "tunnel" ? wire.peer.tunnel.vni : undefined);
  }

  removeWire(linkUid: string): void {
    if (!this.#wires.delete(linkUid)) return;
    this.#next.wires.delete(linkUid);
    this.#next.removedWires.add(linkUid);
    this.#useVni(linkUid, undefined);
  }

  /** The faults that act on the node now; their times are no difference. */
  setFaults(node: string, board: FaultBoard): void {
    if (this.#faultsVersion === board.version) return;
    const assigned = board.assignedTo(node);
    this.#faultsVersion = board.version;
    const uids = new Set(assigned.map(({ fault }) => fault.faultUid));
    for (const uid of [...this.#faults.keys()]) {
      if (uids.has(uid)) continue;
      this.#faults.delete(uid);
      this.#next.faults.delete(uid);
      this.#next.removedFaults.add(uid);
    }
    for (const { fault, record } of assigned) {
      const digest = digestOf(JSON.stringify(fault));
      this.#next.removedFaults.delete(fault.faultUid);
      if (this.#faults.get(fault.faultUid) === digest) continue;
      this.#faults.set(fault.faultUid, digest);
      const { clock } = board;
      this.#next.faults.set(fault.faultUid, () => ({
        ...fault,
        remainingMs: clock.remainingMs(record),
        elapsedMs: clock.elapsedMs(record),
      }));
    }
  }

  /**
   * The version from which on this agent has not been asked for a VNI, or undefined while it is.
   * At least 1: an agent that has taken in nothing yet may still work on what it had before.
   */
  withoutVniSince(vni: number): number | undefined {
    if ((this.#wiresOfVni.get(vni) ?? 0) > 0) return undefined;
    return this.#vniGoneAt.get(vni) ?? 1;
  }

  /** The message that brings the agent up to date, or undefined when it is. The first is always full. */
  take(storeId: string, revision: number): string | undefined {
    const next = this.#next;
    const isFull = this.#version === 0;
    const isEmpty = Object.values(next).every((part) => part.size === 0);
    if (isEmpty && !isFull) return undefined;
    this.#version++;
    this.#next = nothing();
    const head = { type: "assignment", storeId, version: this.#version, revision, full: isFull };
    const removed = {
      removedPods: [...next.removedPods],
      removedPorts: [...next.removedPorts.values()],
      removedWires: [...next.removedWires],
      faults: [...next.faults.values()].map((fault) => fault()),
      removedFaults: [...next.removedFaults],
    };
    const ports = [...next.ports.values()].map(({ text }) => text);
    return (
      `${JSON.stringify(head).slice(0, -1)},"pods":[${[...next.pods.values()].join(",")}],` +
      `"ports":[${ports.join(",")}],"wires":[${[...next.wires.values()].join(",")}],${JSON.stringify(removed).slice(1)}`
    );
  }

  #useVni(linkUid: string, vni: number | undefined): void {
    const before = this.#vniOfWire.get(linkUid);
    if (before === vni) return;
    if (before !== undefined) {
      const left = (this.#wiresOfVni.get(before) ?? 1) - 1;
      if (left > 0) this.#wiresOfVni.set(before, left);
      else this.#wiresOfVni.delete(before);
      this.#vniGoneAt.set(before, this.#version + 1);
    }
    if (vni === undefined) {
      this.#vniOfWire.delete(linkUid);
      return;
    }
    this.#vniOfWire.set(linkUid, vni);
    this.#wiresOfVni.set(vni, (this.#wiresOfVni.get(vni) ?? 0) + 1);
  }

  /** A VNI is released: nothing needs to be known of it any more. */
  forgetVni(vni: number): void {
    this.#vniGoneAt.delete(vni);
  }
}

function nothing(): Difference {
  return {
    pods: new Map(),
    ports: new Map(),
    wires: new Map(),
    removedPods: new Set(),
    removedPorts: new Map(),
    removedWires: new Set(),
    faults: new Map(),
    removedFaults: new Set(),
  };
}

function digestOf(text: string): string {
  return hash("sha1", text, "base64");
}

// An interface name has no space.
function keyOf({ podUid, interface: ifName }: PortRef): string {
  return `${podUid} ${ifName}`;
}
