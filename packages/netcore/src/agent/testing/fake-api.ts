import { createServer, type Server } from "node:http";
import {
  AGENT_PROTOCOL,
  type AgentEvent,
  type AgentHello,
  type AgentMethod,
  type AgentReply,
  AgentToApi,
  type ApiAssignment,
  type AssignedFault,
  type AssignedPod,
  type AssignedPort,
  type AssignedWire,
  type FaultReport,
  type MethodResult,
  type PodReport,
  type PortReport,
  type WireReport,
} from "@ratchet/contracts";
import { type WebSocket, WebSocketServer } from "ws";

/** One agent as the API sees it: what it was sent, what it says. */
export class AgentPeer {
  readonly pods = new Map<string, AssignedPod>();
  readonly ports = new Map<string, AssignedPort>();
  readonly wires = new Map<string, AssignedWire>();
  readonly faults = new Map<string, AssignedFault>();
  readonly faultReports = new Map<string, FaultReport>();
  readonly podReports = new Map<string, PodReport>();
  readonly portReports = new Map<string, PortReport>();
  readonly wireReports = new Map<string, WireReport>();
  readonly vnis = new Set<number>();
  readonly removedVnis: number[] = [];
  readonly events: AgentEvent["event"][] = [];
  hello: AgentHello | undefined;
  connects = 0;
  socket: WebSocket | undefined;
  private version = 0;
  private asked = 0;
  private readonly questions = new Map<string, (reply: AgentReply) => void>();
  takenIn = -1;

  /** Sends everything there is now, as after a connect. */
  sendFull(): void {
    this.send({
      full: true,
      pods: [...this.pods.values()],
      ports: [...this.ports.values()],
      wires: [...this.wires.values()],
      faults: [...this.faults.values()],
    });
  }

  /** Adds or replaces objects, and removes others, in one frame. */
  change(
    change: Partial<
      Pick<
        ApiAssignment,
        "pods" | "ports" | "wires" | "faults" | "removedPods" | "removedPorts" | "removedWires" | "removedFaults"
      >
    >,
  ): void {
    for (const uid of change.removedPods ?? []) this.pods.delete(uid);
    for (const ref of change.removedPorts ?? []) this.ports.delete(`${ref.podUid} ${ref.interface}`);
    for (const uid of change.removedWires ?? []) this.wires.delete(uid);
    for (const pod of change.pods ?? []) this.pods.set(pod.podUid, pod);
    for (const port of change.ports ?? []) this.ports.set(`${port.podUid} ${port.interface}`, port);
    for (const wire of change.wires ?? []) this.wires.set(wire.linkUid, wire);
    for (const uid of change.removedFaults ?? []) this.faults.delete(uid);
    for (const fault of change.faults ?? []) this.faults.set(fault.faultUid, fault);
    this.send({ full: false, ...change });
  }

  private send(frame: Partial<ApiAssignment>): void {
    this.version++;
    const whole: ApiAssignment = {
      type: "assignment",
      storeId: "store",
      version: this.version,
      revision: this.version,
      full: false,
      pods: [],
      ports: [],
      wires: [],
      removedPods: [],
      removedPorts: [],
      removedWires: [],
      ...frame,
    };
    this.socket?.send(JSON.stringify(whole));
  }

  /** Asks the agent a question and answers what it answers. */
  ask<M extends AgentMethod>(method: M, params: object = {}): Promise<MethodResult<M>> {
    const id = `ask-${++this.asked}`;
    this.socket?.send(JSON.stringify({ type: "request", id, method, params, timeoutMs: 10_000 }));
    return new Promise((resolve, reject) =>
      this.questions.set(id, (reply) =>
        reply.error === undefined ? resolve(reply.result as MethodResult<M>) : reject(new Error(reply.error.message)),
      ),
    );
  }

  get sentVersion(): number {
    return this.version;
  }

  connected(socket: WebSocket, hello: AgentHello): void {
    this.connects++;
    this.socket = socket;
    this.hello = hello;
    this.version = 0;
    this.takenIn = -1;
  }

  take(frame: AgentToApi): void {
    if (frame.type === "event") this.events.push(frame.event);
    if (frame.type === "reply" && frame.done) this.questions.get(frame.id)?.(frame);
    if (frame.type !== "status") return;
    if (frame.full) {
      for (const map of [this.podReports, this.portReports, this.wireReports, this.faultReports]) map.clear();
      this.vnis.clear();
    }
    this.takenIn = frame.version;
    for (const report of frame.pods) this.podReports.set(report.podUid, report);
    for (const report of frame.ports) this.portReports.set(`${report.podUid} ${report.interface}`, report);
    for (const report of frame.wires) this.wireReports.set(report.linkUid, report);
    for (const report of frame.faults ?? []) this.faultReports.set(report.faultUid, report);
    for (const uid of frame.removedFaults ?? []) this.faultReports.delete(uid);
    for (const uid of frame.removedPods) this.podReports.delete(uid);
    for (const ref of frame.removedPorts) this.portReports.delete(`${ref.podUid} ${ref.interface}`);
    for (const uid of frame.removedWires) this.wireReports.delete(uid);
    for (const vni of frame.vnis) this.vnis.add(vni);
    for (const vni of frame.removedVnis) {
      this.vnis.delete(vni);
      this.removedVnis.push(vni);
    }
  }
}

/** Stands in for the API at the protocol's edge: a real WebSocket server on a unix socket. */
export class FakeApi {
  private readonly http: Server = createServer();
  private readonly server = new WebSocketServer({ server: this.http, path: "/api/v1/agent" });
  private readonly peers = new Map<string, AgentPeer>();
  private readonly watchers = new Set<() => void>();
  readonly malformed: string[] = [];

  private constructor() {
    this.server.on("connection", (socket) => {
      let peer: AgentPeer | undefined;
      socket.on("message", (data) => {
        const frame = AgentToApi.safeParse(JSON.parse(String(data)));
        if (!frame.success) {
          this.malformed.push(frame.error.message);
          return;
        }
        if (frame.data.type === "hello") {
          peer = this.peer(frame.data.node.name);
          peer.connected(socket, frame.data);
          socket.send(
            JSON.stringify({ type: "welcome", protocol: AGENT_PROTOCOL, storeId: "store", heartbeatMs: 1000 }),
          );
          peer.sendFull();
        }
        peer?.take(frame.data);
        for (const watcher of this.watchers) watcher();
      });
    });
  }

  static async listen(path: string): Promise<FakeApi> {
    const api = new FakeApi();
    await new Promise<void>((resolve) => api.http.listen(path, resolve));
    return api;
  }

  peer(node: string): AgentPeer {
    let peer = this.peers.get(node);
    if (peer === undefined) this.peers.set(node, (peer = new AgentPeer()));
    return peer;
  }

  /** Resolves when `isSo` holds after some frame; rejects with what was the case instead. */
  async until(what: string, isSo: () => boolean, timeoutMs = 5_000): Promise<void> {
    if (isSo()) return;
    await new Promise<void>((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.watchers.delete(look);
      };
      const look = () => {
        if (!isSo()) return;
        end();
        resolve();
      };
      const timer = setTimeout(() => {
        end();
        const seen = [...this.peers].map(([name, peer]) => ({
          name,
          pods: [...peer.podReports.values()],
          ports: [...peer.portReports.values()].slice(0, 8),
          wires: [...peer.wireReports.values()].slice(0, 8),
          events: peer.events.slice(-8).map((event) => `${event.reason}: ${event.message}`),
        }));
        reject(new Error(`not within ${timeoutMs} ms: ${what}; seen ${JSON.stringify(seen, null, 1)}`));
      }, timeoutMs);
      this.watchers.add(look);
    });
  }

  async close(): Promise<void> {
    for (const client of this.server.clients) client.terminate();
    this.server.close();
    await new Promise<void>((resolve) => this.http.close(() => resolve()));
  }
}
