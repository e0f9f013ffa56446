import { z } from "zod";
import { FAULT_PHASES, FaultAction } from "../resources/fault.js";

/** A fault as one node has to bring it about: its targets resolved to this node's wires and pods. */
export const AssignedFault = z.object({
  faultUid: z.string(),
  namespace: z.string(),
  name: z.string(),
  action: FaultAction,
  /** Wires of this node it acts on; with `from` in the action, only directions this node is responsible for act. */
  wires: z.array(
    z.object({
      linkUid: z.string(),
      /** Directions it acts on: towards the wire's `port`, towards its peer port. */
      toPort: z.boolean(),
      toPeer: z.boolean(),
    }),
  ),
  podUids: z.array(z.string()),
  /** ms until it ends, at the moment of sending; the agent counts them on CLOCK_BOOTTIME from its first sight of the fault. */
  remainingMs: z.number(),
  /** ms since it began, at the moment of sending: where a flap or a ramp stands. */
  elapsedMs: z.number(),
});
export type AssignedFault = z.output<typeof AssignedFault>;

export const FaultReport = z.object({
  faultUid: z.string(),
  phase: z.enum(FAULT_PHASES),
  /** Completed cycles of a flap. */
  cycles: z.int().nullable(),
  /** ms it has been active on this node. */
  activeMs: z.number(),
  ended: z.enum(["deadline", "completed", "removed"]).nullable(),
  message: z.string(),
});
export type FaultReport = z.output<typeof FaultReport>;
