import type { AssignedFault, AssignedWire } from "@ratchet/contracts";
import { flapAt } from "./flap-schedule.js";

/** A fault that has begun and not ended. */
export interface ActiveFault {
  fault: Pick<AssignedFault, "faultUid" | "action" | "wires">;
  /** When it began, on the clock that `nowMs` is read from. */
  startedAtMs: number;
}

/**
 * The wire as it has to be while these faults act on it; the same object when none changes anything. Pure.
 *
 * The link's own wishes are not touched, so that the end of the last fault leaves exactly what was asked for.
 */
export function overlayFaults(wire: AssignedWire, active: Iterable<ActiveFault>, nowMs: number): AssignedWire {
  if (wire.state === "down") return wire;
  for (const { fault, startedAtMs } of active) {
    const isItsWire = fault.wires.some(({ linkUid }) => linkUid === wire.linkUid);
    if (isItsWire && isDown(fault.action, nowMs - startedAtMs)) return { ...wire, state: "down" };
  }
  return wire;
}

function isDown(action: AssignedFault["action"], elapsedMs: number): boolean {
  if (action.type === "down") return true;
  if (action.type === "partition") return action.mode === "down";
  return action.type === "flap" && action.mode === "down" && flapAt(action, elapsedMs).isDown;
}
