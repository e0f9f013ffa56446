import { z } from "zod";
import { FAULT_PHASES, FaultAction } from "../resources/fault.js";

/** A fault as one node has to bring it about: its targets resolved to this node's wires and pods. */
export const AssignedFault = z.object({
  faultUid: z.string(),
  /** The fault's revision: with another one the deadline is counted anew from `remainingMs`. */
  revision: z.int(),
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

/** A fault as its agent writes it down. Its times are CLOCK_BOOTTIME's, ms, and mean something during that boot only. */
export const FaultRecord = z.object({
  fault: AssignedFault.omit({ remainingMs: true, elapsedMs: true }),
  bootId: z.string(),
  startedAtMs: z.number(),
  endsAtMs: z.number(),
  endedAtMs: z.number().nullable(),
  ended: z.enum(["deadline", "completed"]).nullable(),
});
export type FaultRecord = z.output<typeof FaultRecord>;

export const FaultRecords = z.object({ version: z.literal(1), faults: z.array(FaultRecord) });

export const FaultReport = z.object({
  faultUid: z.string(),
  revision: z.int(),
  phase: z.enum(FAULT_PHASES),
  /** Completed cycles of a flap. */
  cycles: z.int().nullable(),
  /** ms it has been active on this node. */
  activeMs: z.number(),
  ended: z.enum(["deadline", "completed", "removed"]).nullable(),
  message: z.string(),
});
export type FaultReport = z.output<typeof FaultReport>;
