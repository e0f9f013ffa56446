import type { Fault, FaultAction } from "@ratchet/contracts";

/** A running fault, as far as the picture shows it. */
export interface FaultMark {
  name: string;
  type: FaultAction["type"];
  /** Milliseconds since the epoch, by the server's clock; null while nobody has said. */
  endsAt: number | null;
}

/** Running faults by the name of what they strike. */
export interface FaultMarks {
  links: ReadonlyMap<string, FaultMark[]>;
  pods: ReadonlyMap<string, FaultMark[]>;
  nodes: ReadonlyMap<string, FaultMark[]>;
}

export const isRunning = ({ status }: Fault): boolean => status.ended === null && status.phase !== "Ended";

/** Those that run, the one that ends first in front. */
export function runningFaults(faults: ReadonlyMap<string, Fault>): Fault[] {
  return [...faults.values()].filter(isRunning).sort((a, b) => endOf(a) - endOf(b));
}

export function faultMarks(faults: ReadonlyMap<string, Fault>): FaultMarks {
  const marks = {
    links: new Map<string, FaultMark[]>(),
    pods: new Map<string, FaultMark[]>(),
    nodes: new Map<string, FaultMark[]>(),
  };
  for (const fault of runningFaults(faults)) {
    const { target, action } = fault.spec;
    const endsAt = endOf(fault);
    const mark = { name: fault.metadata.name, type: action.type, endsAt: Number.isFinite(endsAt) ? endsAt : null };
    const add = (map: Map<string, FaultMark[]>, name: string) => map.set(name, [...(map.get(name) ?? []), mark]);
    for (const name of fault.status.links) add(marks.links, name);
    for (const name of "pod" in target ? [target.pod] : fault.status.pods) add(marks.pods, name);
    if ("node" in target) add(marks.nodes, target.node);
    if ("nodes" in target) for (const name of target.nodes) add(marks.nodes, name);
  }
  return marks;
}

/** Milliseconds since the epoch; infinite while nobody has said. */
function endOf({ status }: Fault): number {
  return status.endsAt === null ? Number.POSITIVE_INFINITY : Date.parse(status.endsAt);
}

/** "23 s", "4:05", "2 h 10 min": what is left, rounded up so that it reaches 0 when it is over. */
export function remainingText(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 24 * 60)
    return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
}
