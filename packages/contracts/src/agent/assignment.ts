import { z } from "zod";
import { EffectiveImpairment } from "../resources/impairment.js";
import { PodInterface, Sandbox } from "../resources/pod.js";
import { Route } from "../resources/route.js";
import { AssignedFault } from "./assigned-fault.js";

/** A uid or a name that agents make folders and names of namespaces with: it must not lead to another folder. */
export const PathPart = z
  .string()
  .max(253)
  .regex(/^(?!\.{1,2}$)[^\s/\0]+$/, { error: "must be one path component without space" });

/** A pod of this node, resolved. */
export const AssignedPod = z.object({
  podUid: PathPart,
  namespace: PathPart,
  name: PathPart,
  sandbox: Sandbox,
  sysctls: z.record(z.string(), z.string()),
  loopback: z.array(z.string()),
  /** False after `kill`: the namespace and its programs go, the pod stays Gone. */
  isRunning: z.boolean(),
  /** Counts kills and restarts: a managed sandbox of another incarnation is replaced. */
  incarnation: z.int(),
});
export type AssignedPod = z.output<typeof AssignedPod>;

/** One port: a veth, half in the pod, half in the panel. Key: `podUid` + `interface`. */
export const AssignedPort = z.object({
  podUid: z.string(),
  interface: PodInterface.shape.name,
  mtuBytes: z.int(),
  mac: z.string().nullable(),
  addresses: z.array(z.string()),
  routes: z.array(Route),
});
export type AssignedPort = z.output<typeof AssignedPort>;

export const PortRef = z.object({ podUid: z.string(), interface: z.string() });
export type PortRef = z.output<typeof PortRef>;

/** The node's own end of a VXLAN tunnel. */
export const TunnelRef = z.object({
  vni: z.int(),
  localAddress: z.string(),
  remoteAddress: z.string(),
  port: z.int(),
  mtuBytes: z.int(),
});
export type TunnelRef = z.output<typeof TunnelRef>;

/**
 * A cross-connect in the panel: port to port, or port to tunnel.
 *
 * `far` says what is known of the other node's end of a tunnel. Carrier is raised when
 * it is `present`, dropped when it is `absent`, and left as it is while `unknown`
 * (invariant 2: carrier drops only on positive knowledge). Always `present` for port to port.
 */
export const AssignedWire = z.object({
  linkUid: z.string(),
  namespace: z.string(),
  name: z.string(),
  /** The link's revision this was resolved from; reported back. */
  revision: z.int(),
  state: z.enum(["up", "down"]),
  far: z.enum(["present", "absent", "unknown"]),
  port: PortRef,
  peer: z.union([
    z.object({ type: z.literal("port"), port: PortRef }),
    z.object({ type: z.literal("tunnel"), tunnel: TunnelRef }),
  ]),
  /**
   * The directions this node is responsible for, those that arrive here: of frames leaving the panel towards
   * `port`, and, between two ports, towards the peer port. Absent: none is impaired by the Link.
   */
  impair: z.object({ toPort: EffectiveImpairment.nullable(), toPeer: EffectiveImpairment.nullable() }).optional(),
  /** What `port` sends echoes to, at the far end of this wire; the telemetry wish says how often. Absent: no address there. */
  probe: z.object({ address: z.string() }).optional(),
});
export type AssignedWire = z.output<typeof AssignedWire>;

/** Everything one node has to have. */
export const Assignment = z.object({
  storeId: z.string(),
  revision: z.int(),
  pods: z.array(AssignedPod),
  ports: z.array(AssignedPort),
  wires: z.array(AssignedWire),
  faults: z.array(AssignedFault).optional(),
});
export type Assignment = z.output<typeof Assignment>;
