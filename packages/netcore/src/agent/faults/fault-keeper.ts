import { isDeepStrictEqual } from "node:util";
import type { ApiAssignment, AssignedFault, AssignedWire, FaultRecord, FaultReport } from "@ratchet/contracts";
import { flapAt } from "../../faults/flap-schedule.js";
import { type ActiveFault, overlayFaults } from "../../faults/overlay-faults.js";
import { rampAt } from "../../faults/ramp-schedule.js";
import type { Log } from "../log.js";
import type { FaultFile } from "./fault-file.js";
import type { PodFreezer } from "./pod-freezer.js";

export interface BootClock {
  bootId: string;
  /** ms on CLOCK_BOOTTIME */
  nowMs(): number;
}

// Timers stand still while the machine sleeps, the deadline does not: it is looked at this often at least.
const LOOK_MS = 1000;

/**
 * The faults of this node: begins them when they are assigned and ends them at their deadline, whoever else is alive.
 *
 * The deadline is fixed at the first sight of a fault (of one revision of it) and kept on disk; neither another
 * connection nor a restart counts it anew. One that has ended is remembered until the API leaves it out.
 */
export class FaultKeeper {
  private readonly records = new Map<string, FaultRecord>();
  private readonly activeByWire = new Map<string, ActiveFault[]>();
  private readonly overlaid = new Map<string, { wire: AssignedWire; result: AssignedWire }>();
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    private readonly file: Pick<FaultFile, "load" | "save">,
    private readonly clock: BootClock,
    /** These wires may have to be otherwise now; with none, there is something to report all the same. */
    private readonly touch: (linkUids: Iterable<string>) => void,
    private readonly log: Log,
    private readonly freezer: Pick<PodFreezer, "set" | "thaw" | "stop"> = { set() {}, thaw() {}, stop() {} },
  ) {}

  /** Goes on with what an earlier life of this agent began; to be called before any wire is planned. What is overdue ends here. */
  load(): void {
    for (const record of this.file.load()) {
      // No interface outlives its machine's boot; what still has to be, the API assigns again.
      if (record.bootId === this.clock.bootId) this.records.set(record.fault.faultUid, record);
    }
    this.advance();
    this.freezer.thaw([...this.records.values()].flatMap(frozenBy));
  }

  take(frame: Pick<ApiAssignment, "full" | "faults" | "removedFaults">): void {
    const touched = new Set<string>();
    const given = frame.faults ?? [];
    const gone = new Set(frame.removedFaults);
    if (frame.full) for (const uid of this.records.keys()) gone.add(uid);
    for (const { faultUid } of given) gone.delete(faultUid);
    for (const uid of gone) this.remove(uid, touched);
    for (const fault of given) this.put(fault, touched);
    if (gone.size === 0 && given.length === 0) return;
    this.save();
    this.index();
    this.touch(touched);
    this.tick();
  }

  /** The wire with everything that acts on it now. The same object for as long as nothing changes. */
  overlay(wire: AssignedWire): AssignedWire {
    const active = this.activeByWire.get(wire.linkUid);
    if (active === undefined) {
      this.overlaid.delete(wire.linkUid);
      return wire;
    }
    const result = overlayFaults(wire, active, this.clock.nowMs());
    const known = this.overlaid.get(wire.linkUid);
    if (known?.wire === wire && isDeepStrictEqual(known.result, result)) return known.result;
    this.overlaid.set(wire.linkUid, { wire, result });
    return result;
  }

  /** Whether a fault keeps this agent from the control plane. */
  get isCutOff(): boolean {
    return [...this.records.values()].some(
      ({ fault, ended }) => ended === null && fault.action.type === "control-plane-cut",
    );
  }

  reports(): FaultReport[] {
    const nowMs = this.clock.nowMs();
    return [...this.records.values()].map(({ fault, startedAtMs, endedAtMs, ended }) => ({
      faultUid: fault.faultUid,
      revision: fault.revision,
      phase: ended === null ? "Active" : "Ended",
      cycles: fault.action.type === "flap" ? flapAt(fault.action, (endedAtMs ?? nowMs) - startedAtMs).cycles : null,
      activeMs: Math.max(0, (endedAtMs ?? nowMs) - startedAtMs),
      ended,
      message: "",
    }));
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
    this.freezer.stop();
  }

  private put({ remainingMs, elapsedMs, ...fault }: AssignedFault, touched: Set<string>): void {
    const known = this.records.get(fault.faultUid);
    for (const { linkUid } of [...(known?.fault.wires ?? []), ...fault.wires]) touched.add(linkUid);
    if (known?.fault.revision === fault.revision) {
      known.fault = fault;
      return;
    }
    const nowMs = this.clock.nowMs();
    this.records.set(fault.faultUid, {
      fault,
      bootId: this.clock.bootId,
      startedAtMs: nowMs - elapsedMs,
      endsAtMs: nowMs + remainingMs,
      endedAtMs: null,
      ended: null,
    });
  }

  private remove(uid: string, touched: Set<string>): void {
    for (const { linkUid } of this.records.get(uid)?.fault.wires ?? []) touched.add(linkUid);
    this.records.delete(uid);
  }

  private tick(): void {
    if (this.isStopped) return;
    const { touched, hasEnded } = this.advance();
    if (hasEnded || touched.size > 0) this.touch(touched);
  }

  /** Ends what is due, lets flaps go on, and comes back for what is next. */
  private advance(): { touched: Set<string>; hasEnded: boolean } {
    clearTimeout(this.timer);
    const nowMs = this.clock.nowMs();
    const touched = new Set<string>();
    let hasEnded = false;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const record of this.records.values()) {
      if (record.ended !== null) continue;
      const { hasSteps, inMs, isComplete } = stepOf(record, nowMs);
      const how = nowMs >= record.endsAtMs ? "deadline" : isComplete ? "completed" : null;
      if (how !== null) {
        record.ended = how;
        record.endedAtMs = nowMs;
        hasEnded = true;
        this.log("info", "a fault has ended", { fault: record.fault.name, how });
      } else {
        nextMs = Math.min(nextMs, record.endsAtMs - nowMs, inMs, LOOK_MS);
      }
      if (how !== null || hasSteps) for (const { linkUid } of record.fault.wires) touched.add(linkUid);
    }
    if (hasEnded) this.save();
    this.index();
    if (nextMs !== Number.POSITIVE_INFINITY) this.timer = setTimeout(() => this.tick(), Math.max(0, Math.ceil(nextMs)));
    return { touched, hasEnded };
  }

  private index(): void {
    const running = [...this.records.values()].filter(({ ended }) => ended === null);
    this.freezer.set(new Set(running.flatMap(frozenBy)));
    this.activeByWire.clear();
    for (const { fault, startedAtMs, ended } of this.records.values()) {
      if (ended !== null) continue;
      for (const { linkUid } of fault.wires) {
        const active = { fault, startedAtMs };
        const others = this.activeByWire.get(linkUid);
        if (others === undefined) this.activeByWire.set(linkUid, [active]);
        else others.push(active);
      }
    }
  }

  // A fault that cannot be written down acts all the same for as long as this process lives.
  private save(): void {
    try {
      this.file.save([...this.records.values()]);
    } catch (error) {
      this.log("error", "cannot write the file of faults", { error: (error as Error).message });
    }
  }
}

function frozenBy({ fault }: FaultRecord): string[] {
  return fault.action.type === "pod-freeze" ? fault.podUids : [];
}

/** When a fault that changes with time has to be looked at again; a flap that has made its cycles is complete. */
function stepOf(
  { fault, startedAtMs }: FaultRecord,
  nowMs: number,
): { hasSteps: boolean; inMs: number; isComplete: boolean } {
  const { action } = fault;
  if (action.type !== "flap" && action.type !== "ramp") return { hasSteps: false, inMs: LOOK_MS, isComplete: false };
  const elapsedMs = nowMs - startedAtMs;
  const { nextMs } = action.type === "flap" ? flapAt(action, elapsedMs) : rampAt(action, elapsedMs);
  return {
    hasSteps: true,
    inMs: nextMs === null ? LOOK_MS : nextMs - elapsedMs,
    isComplete: action.type === "flap" && nextMs === null,
  };
}
