import {
  AGENT_PROTOCOL,
  type AgentHello,
  type AgentStatus,
  ApiAssignment,
  ApiCancel,
  ApiRequest,
  ApiTelemetryWish,
  type AssignedFault,
  type AssignedPod,
  type AssignedPort,
  type AssignedWire,
  type EffectiveImpairment,
  type ImpairmentReport,
  type PortReport,
  type WireReport,
} from "@ratchet/contracts";

import { WebSocket } from "ws";

export interface StandInOptions {
  url: string;
  name: string;
  labels?: Record<string, string>;
  vtepAddress?: string;
  underlayMtuBytes?: number;
  /** False: it takes assignments in and says nothing until told to. */
  isProgramming?: boolean;
  /** Default: the newest. */
  protocol?: number;
  /** What another replica has told it. */
  known?: AgentHello["known"];
}

/** An agent without a kernel: it has at once what it is asked to have, and says so in the protocol's words. */
export class AgentStandIn {
  readonly name: string;
  readonly assignments: ApiAssignment[] = [];
  readonly pods = new Map<string, AssignedPod>();
  readonly ports = new Map<string, AssignedPort>();
  readonly wires = new Map<string, AssignedWire>();
  readonly faults = new Map<string, AssignedFault>();
  /** uids of faults it says to have ended */
  readonly endedFaults = new Map<string, "deadline" | "completed">();
  /** Pods whose namespace was pulled away by hand. */
  readonly gonePods = new Set<string>();
  /** Interfaces that were set down inside their pods: `podUid interface`. */
  readonly downPorts = new Set<string>();
  /** Why no impairment is in force; empty when all are. */
  impairTrouble = "";
  /** What the underlay of its tunnels loses. */
  underlay: WireReport["underlay"];
  /** What it says of the carrier of each of its ports. */
  carrier: PortReport["carrier"];
  readonly requests: ApiRequest[] = [];
  readonly cancelled: string[] = [];
  readonly wishes: ApiTelemetryWish[] = [];
  /** What it does with a question; until told otherwise it leaves it unanswered. */
  onRequest: (request: ApiRequest) => void = () => {};
  readonly closed: Promise<{ code: number; reason: string }>;
  isProgramming: boolean;
  version = 0;
  readonly #socket: WebSocket;
  readonly #waiting: { is: () => boolean; resolve: () => void }[] = [];
  #reportedVnis = new Set<number>();

  private constructor(options: StandInOptions, socket: WebSocket) {
    this.name = options.name;
    this.isProgramming = options.isProgramming ?? true;
    this.#socket = socket;
    this.closed = new Promise((resolve) =>
      socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() })),
    );
    socket.on("message", (data) => {
      const message = JSON.parse(data.toString()) as { type: string };
      if (message.type === "assignment") this.#take(ApiAssignment.parse(message));
      if (message.type === "cancel") this.cancelled.push(ApiCancel.parse(message).id);
      if (message.type === "telemetry") this.wishes.push(ApiTelemetryWish.parse(message));
      if (message.type !== "request") return;
      const request = ApiRequest.parse(message);
      this.requests.push(request);
      this.onRequest(request);
    });
  }

  /** Resolves when the first assignment, and with it the welcome, has come. */
  static async connect(options: StandInOptions): Promise<AgentStandIn> {
    const socket = new WebSocket(`${options.url.replace(/^http/, "ws")}/api/v1/agent`);
    const agent = new AgentStandIn(options, socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    socket.send(JSON.stringify(helloOf(options)));
    const turnedAway = agent.closed.then(({ code, reason }) => {
      throw new Error(`turned away with ${code}: ${reason}`);
    });
    await Promise.race([agent.until(() => agent.assignments.length > 0, 10_000), turnedAway]);
    turnedAway.catch(() => {});
    return agent;
  }

  send(message: unknown): void {
    this.#socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** Ends as a killed process does: without a word. */
  async kill(): Promise<void> {
    this.#socket.terminate();
    await this.closed;
  }

  /** Waits for something that an assignment brings about. */
  async until(is: () => boolean, withinMs = 5000): Promise<void> {
    if (is()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`agent ${this.name} waited in vain`)), withinMs);
      this.#waiting.push({
        is,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      });
    });
  }

  podNamed(name: string): AssignedPod | undefined {
    return [...this.pods.values()].find((pod) => pod.name === name);
  }

  wireNamed(name: string): AssignedWire | undefined {
    return [...this.wires.values()].find((wire) => wire.name === name);
  }

  /** Says everything it has. */
  reportAll(): void {
    this.send(this.#status(true));
  }

  #take(assignment: ApiAssignment): void {
    this.assignments.push(assignment);
    this.version = assignment.version;
    if (assignment.full) for (const kept of [this.pods, this.ports, this.wires, this.faults]) kept.clear();
    for (const pod of assignment.pods) this.pods.set(pod.podUid, pod);
    for (const port of assignment.ports) this.ports.set(`${port.podUid} ${port.interface}`, port);
    for (const wire of assignment.wires) this.wires.set(wire.linkUid, wire);
    for (const fault of assignment.faults ?? []) this.faults.set(fault.faultUid, fault);
    for (const uid of assignment.removedFaults ?? []) this.faults.delete(uid);
    for (const uid of assignment.removedPods) this.pods.delete(uid);
    for (const port of assignment.removedPorts) this.ports.delete(`${port.podUid} ${port.interface}`);
    for (const uid of assignment.removedWires) this.wires.delete(uid);
    if (this.isProgramming) this.reportAll();
    for (const waiting of this.#waiting.splice(0)) {
      if (waiting.is()) waiting.resolve();
      else this.#waiting.push(waiting);
    }
  }

  #status(full: boolean): AgentStatus {
    const wires = [...this.wires.values()].map((wire) => this.#wireReport(wire));
    const vnis = wires.flatMap(({ vni }) => vni ?? []);
    const removedVnis = [...this.#reportedVnis].filter((vni) => !vnis.includes(vni));
    this.#reportedVnis = new Set(vnis);
    return {
      type: "status",
      full,
      version: this.version,
      pods: [...this.pods.values()].map((pod) => ({
        podUid: pod.podUid,
        phase: this.#isThere(pod.podUid) ? "Ready" : "Gone",
        incarnation: pod.incarnation,
        netns: `/run/netns/${pod.name}`,
        message: "",
      })),
      ports: [...this.ports.values()].map((port) => this.#portReport(port)),
      wires,
      removedPods: [],
      removedPorts: [],
      removedWires: [],
      vnis,
      removedVnis,
      faults: [...this.faults.values()].map(({ faultUid, revision }) => ({
        faultUid,
        revision,
        phase: this.endedFaults.has(faultUid) ? "Ended" : "Active",
        cycles: null,
        activeMs: 0,
        ended: this.endedFaults.get(faultUid) ?? null,
        message: "",
      })),
    };
  }

  #isThere(podUid: string): boolean {
    return this.pods.get(podUid)?.isRunning === true && !this.gonePods.has(podUid);
  }

  #wireReport(wire: AssignedWire): WireReport {
    const isReady =
      this.#isThere(wire.port.podUid) && (wire.peer.type === "tunnel" || this.#isThere(wire.peer.port.podUid));
    return {
      linkUid: wire.linkUid,
      revision: wire.revision,
      isReady,
      isPatched: isReady && wire.state === "up" && wire.far === "present" && !this.#isStruck(wire.linkUid),
      vni: wire.peer.type === "tunnel" ? wire.peer.tunnel.vni : null,
      error: null,
      ...(this.underlay === undefined || wire.peer.type === "port" ? {} : { underlay: this.underlay }),
      ...(wire.impair === undefined
        ? {}
        : {
            impair: { toPort: this.#impairReport(wire.impair.toPort), toPeer: this.#impairReport(wire.impair.toPeer) },
          }),
    };
  }

  #impairReport(effective: EffectiveImpairment | null): ImpairmentReport | null {
    if (effective === null) return null;
    if (this.impairTrouble === "") {
      return { engine: "relay", state: "active", effective, actual: effective, message: "" };
    }
    return { engine: "none", state: "degraded", effective, actual: {}, message: this.impairTrouble };
  }

  #isStruck(linkUid: string): boolean {
    return [...this.faults.values()].some(
      ({ faultUid, wires }) => !this.endedFaults.has(faultUid) && wires.some((wire) => wire.linkUid === linkUid),
    );
  }

  #portReport(port: AssignedPort): PortReport {
    const key = `${port.podUid} ${port.interface}`;
    const isUp = !this.downPorts.has(key);
    const wire = [...this.wires.values()].find(
      ({ port: own, peer }) => isPort(own, port) || (peer.type === "port" && isPort(peer.port, port)),
    );
    const hasCarrier = isUp && wire !== undefined && this.#wireReport(wire).isPatched;
    return {
      podUid: port.podUid,
      interface: port.interface,
      ifIndex: 2,
      mac: port.mac ?? "02:00:00:00:00:01",
      mtuBytes: port.mtuBytes,
      isUp,
      hasCarrier,
      operState: hasCarrier ? "up" : "lowerlayerdown",
      addresses: port.addresses,
      ...(this.carrier === undefined ? {} : { carrier: this.carrier }),
      message: "",
    };
  }
}

function isPort(a: { podUid: string; interface: string }, b: { podUid: string; interface: string }): boolean {
  return a.podUid === b.podUid && a.interface === b.interface;
}

export function helloOf({
  name,
  labels = {},
  vtepAddress = "10.9.0.1",
  underlayMtuBytes = 1500,
  protocol = AGENT_PROTOCOL,
  known,
}: StandInOptions): AgentHello {
  return {
    type: "hello",
    protocol,
    ...(known === undefined ? {} : { known }),
    agentVersion: "test",
    kernel: "test",
    bootId: "test",
    node: {
      name,
      labels,
      vtepAddress,
      parentInterface: "eth0",
      underlayMtuBytes,
      vxlanPort: 4789,
      panelNetns: "/run/netns/panel",
      capabilities: { managedPods: true, foreignSandboxes: false, netem: false },
    },
  };
}
