import {
  AGENT_PROTOCOL,
  type AgentHello,
  type AgentStatus,
  type ApiAssignment,
  type AssignedWire,
} from "@ratchet/contracts";

const RETRY_MS = 200;

export interface SimulatedAgentEvents {
  connected(): void;
  told(wire: AssignedWire): void;
}

/** An agent without a kernel: it has at once what it is asked to have. A real WebSocket, and its own node's part alone. */
export class SimulatedAgent {
  bytes = 0;
  assignments = 0;
  readonly #url: string;
  readonly #name: string;
  readonly #address: string;
  readonly #events: SimulatedAgentEvents;

  constructor(url: string, name: string, number: number, events: SimulatedAgentEvents) {
    this.#url = `${url.replace(/^http/, "ws")}/api/v1/agent`;
    this.#name = name;
    this.#address = `10.${200 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
    this.#events = events;
    this.#dial();
  }

  #dial(): void {
    const socket = new WebSocket(this.#url);
    socket.onopen = () => socket.send(JSON.stringify(helloOf(this.#name, this.#address)));
    socket.onmessage = ({ data }) => {
      const text = String(data);
      this.bytes += Buffer.byteLength(text);
      const frame = JSON.parse(text) as ApiAssignment | { type: "welcome" };
      if (frame.type === "assignment") this.#take(socket, frame);
    };
    socket.onclose = () => setTimeout(() => this.#dial(), RETRY_MS * (0.5 + Math.random()));
    socket.onerror = () => {};
  }

  #take(socket: WebSocket, frame: ApiAssignment): void {
    this.assignments++;
    if (frame.full) this.#events.connected();
    else for (const wire of frame.wires) this.#events.told(wire);
    socket.send(JSON.stringify(statusOf(frame)));
  }
}

/** That everything in the frame is there as asked. */
function statusOf({ full, version, pods, ports, wires, ...removed }: ApiAssignment): AgentStatus {
  return {
    type: "status",
    full,
    version,
    pods: pods.map(({ podUid, incarnation }) => ({
      podUid,
      phase: "Ready",
      incarnation,
      netns: "/run/netns/x",
      message: "",
    })),
    ports: ports.map(({ podUid, interface: ifName, mtuBytes, addresses }) => ({
      ...{ podUid, interface: ifName, mtuBytes, addresses, ifIndex: 2, mac: "02:00:00:00:00:01" },
      ...{ isUp: true, hasCarrier: true, operState: "up", message: "" },
    })),
    wires: wires.map(({ linkUid, revision, state, far, peer }) => ({
      ...{ linkUid, revision, isReady: true, isPatched: state === "up" && far === "present", error: null },
      vni: peer.type === "tunnel" ? peer.tunnel.vni : null,
    })),
    removedPods: removed.removedPods,
    removedPorts: removed.removedPorts,
    removedWires: removed.removedWires,
    vnis: wires.flatMap(({ peer }) => (peer.type === "tunnel" ? [peer.tunnel.vni] : [])),
    removedVnis: [],
  };
}

function helloOf(name: string, vtepAddress: string): AgentHello {
  const capabilities = { managedPods: true, foreignSandboxes: false, netem: false };
  return {
    ...{ type: "hello", protocol: AGENT_PROTOCOL, agentVersion: "simulated", kernel: "none", bootId: "none" },
    node: {
      ...{ name, labels: {}, vtepAddress, parentInterface: "eth0", underlayMtuBytes: 1500, vxlanPort: 4789 },
      ...{ panelNetns: "/run/netns/panel", capabilities },
    },
  };
}
