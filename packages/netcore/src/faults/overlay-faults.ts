import type { AssignedFault, AssignedWire, EffectiveImpairment } from "@ratchet/contracts";
import { composeImpairment } from "../model/compose-impairment.js";
import { flapAt } from "./flap-schedule.js";
import { rampAt } from "./ramp-schedule.js";

/** A fault that has begun and not ended. */
export interface ActiveFault {
  fault: Pick<AssignedFault, "faultUid" | "action" | "wires">;
  /** When it began, on the clock that `nowMs` is read from. */
  startedAtMs: number;
}

type Action = AssignedFault["action"];

/**
 * The wire as it has to be while these faults act on it; the same object when none changes anything. Pure.
 *
 * The link's own wishes are not touched, so that the end of the last fault leaves exactly what was asked for.
 */
export function overlayFaults(wire: AssignedWire, active: Iterable<ActiveFault>, nowMs: number): AssignedWire {
  const toPort: EffectiveImpairment[] = [];
  const toPeer: EffectiveImpairment[] = [];
  let isCut = false;
  for (const { fault, startedAtMs } of active) {
    const target = fault.wires.find(({ linkUid }) => linkUid === wire.linkUid);
    if (target === undefined) continue;
    const elapsedMs = nowMs - startedAtMs;
    if (isDown(fault.action, elapsedMs)) isCut = true;
    const impairment = impairmentOf(fault.action, elapsedMs);
    if (impairment === undefined) continue;
    if (target.toPort) toPort.push(impairment);
    if (target.toPeer) toPeer.push(impairment);
  }
  const cut = isCut && wire.state !== "down" ? { ...wire, state: "down" as const } : wire;
  if (toPort.length === 0 && toPeer.length === 0) return cut;
  const impair = {
    toPort: composeImpairment([wire.impair?.toPort, ...toPort]),
    toPeer: composeImpairment([wire.impair?.toPeer, ...toPeer]),
  };
  return { ...cut, impair };
}

function isDown(action: Action, elapsedMs: number): boolean {
  if (action.type === "down") return true;
  if (action.type === "partition") return action.mode === "down";
  return action.type === "flap" && action.mode === "down" && flapAt(action, elapsedMs).isDown;
}

/** What it does to frames while the carrier stays. */
function impairmentOf(action: Action, elapsedMs: number): EffectiveImpairment | undefined {
  switch (action.type) {
    case "blackhole":
      return { blackhole: true };
    case "partition":
      return action.mode === "blackhole" ? { blackhole: true } : undefined;
    case "flap":
      return action.mode === "blackhole" && flapAt(action, elapsedMs).isDown ? { blackhole: true } : undefined;
    case "impair":
      return action.impairment;
    case "ramp":
      return rampAt(action, elapsedMs).impairment;
    default:
      return undefined;
  }
}
