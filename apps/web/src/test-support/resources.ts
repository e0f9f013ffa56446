import {
  API_VERSION,
  type Fault,
  type FaultSpec,
  type Link,
  type LinkPhase,
  type Node,
  type Pod,
} from "@ratchet/contracts";
import { buildModel, type GraphModel, type Resources } from "../graph/model.js";

const AT = "2026-01-01T00:00:00.000Z";
let made = 0;
const uid = () => `00000000-0000-4000-8000-${String(++made).padStart(12, "0")}`;

export function aNode(name: string): Node {
  return {
    apiVersion: API_VERSION,
    kind: "Node",
    metadata: { name, uid: uid(), revision: 1, labels: {}, annotations: {}, createdAt: AT },
    spec: { vtepAddress: "10.0.0.1", parentInterface: "eth0", underlayMtu: 1500, vxlanPort: 4789 },
    status: {
      phase: "Ready",
      lastSeen: AT,
      agentVersion: "0",
      kernel: "6",
      panelNetns: null,
      capabilities: null,
      pods: 0,
    },
  };
}

export function aPod(name: string, node: string | null, spec: Partial<Pod["spec"]> = {}): Pod {
  return {
    apiVersion: API_VERSION,
    kind: "Pod",
    metadata: { namespace: "default", name, uid: uid(), revision: 1, labels: {}, annotations: {}, createdAt: AT },
    spec: { sandbox: { managed: true }, ...spec },
    status: { phase: "Ready", node, netns: null, message: "", interfaces: [] },
  };
}

export interface LinkOptions {
  phase?: LinkPhase;
  state?: "up" | "down";
  addresses?: [string[], string[]];
  vni?: number;
  revision?: number;
}

/** A link by its ends, each written `pod:interface`. */
export function aLink(name: string, a: string, b: string, options: LinkOptions = {}): Link {
  const { phase = "Up", state = "up", addresses = [[], []], vni, revision = 1 } = options;
  const end = (text: string, own: string[]) => {
    const [pod = "", ifName = ""] = text.split(":");
    return { pod, interface: ifName, addresses: own };
  };
  const seen = { node: null, ifIndex: 1, mac: null, mtu: 1450, carrier: phase === "Up", operState: null, message: "" };
  return {
    apiVersion: API_VERSION,
    kind: "Link",
    metadata: { namespace: "default", name, uid: uid(), revision, labels: {}, annotations: {}, createdAt: AT },
    spec: { endpoints: [end(a, addresses[0]), end(b, addresses[1])], transport: "auto", wiring: "patched", state },
    status: {
      phase,
      transport: vni === undefined ? "veth" : "vxlan",
      vni: vni ?? null,
      mtu: 1450,
      observedRevision: revision,
      endpoints: [seen, seen],
      conditions: [],
    },
  };
}

/** A fault that runs, acting on these links. */
export function aFault(
  name: string,
  spec: Pick<FaultSpec, "target" | "action">,
  links: string[],
  endsAt: string,
): Fault {
  return {
    apiVersion: API_VERSION,
    kind: "Fault",
    metadata: { namespace: "default", name, uid: uid(), revision: 1, labels: {}, annotations: {}, createdAt: AT },
    spec: { durationSeconds: 60, ...spec },
    status: {
      phase: "Active",
      by: "somebody",
      startedAt: AT,
      endsAt,
      endedAt: null,
      ended: null,
      links,
      pods: [],
      nodes: [],
      conditions: [],
    },
  };
}

export function resourcesOf(...objects: (Node | Pod | Link | Fault)[]): Resources {
  const of = <T extends Node | Pod | Link | Fault>(kind: T["kind"]) =>
    new Map(objects.filter((item): item is T => item.kind === kind).map((item) => [item.metadata.name, item]));
  return { nodes: of<Node>("Node"), pods: of<Pod>("Pod"), links: of<Link>("Link"), faults: of<Fault>("Fault") };
}

export function modelOf(resources: Resources, overlay: Partial<Parameters<typeof buildModel>[1]> = {}): GraphModel {
  return buildModel(resources, {
    isStale: false,
    lastWord: null,
    pendingLinks: new Set(),
    pendingPods: new Set(),
    ...overlay,
  });
}

/** Two nodes with two pods each and three wires in a row. */
export function cloudRouter(): Resources {
  return resourcesOf(
    aNode("left"),
    aNode("right"),
    aPod("centosa", "left"),
    aPod("quagga-a", "left"),
    aPod("quagga-b", "right"),
    aPod("centosb", "right"),
    aLink("a", "centosa:in1", "quagga-a:in2", { addresses: [["192.168.2.100/24"], ["192.168.2.101/24"]] }),
    aLink("b", "quagga-a:mid1", "quagga-b:mid2", {
      addresses: [["192.168.3.100/24"], ["192.168.3.101/24"]],
      vni: 4711,
    }),
    aLink("c", "quagga-b:out1", "centosb:out2", { addresses: [["192.168.4.100/24"], ["192.168.4.101/24"]] }),
  );
}
