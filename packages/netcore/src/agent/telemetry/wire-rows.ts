import type { AssignedWire, PortRef, TelemetryRow } from "@ratchet/contracts";
import type { LinkStats } from "../../rtnetlink/kernel-link.js";

/** Counters of the panel's interfaces, by index, at one moment. */
export type Counters = ReadonlyMap<number, LinkStats>;

const NOTHING: LinkStats = {
  rxPackets: 0,
  txPackets: 0,
  rxBytes: 0,
  txBytes: 0,
  rxErrors: 0,
  txErrors: 0,
  rxDropped: 0,
  txDropped: 0,
};

/**
 * What each wire carried between two readings; wires that carried nothing have no row. Pure.
 *
 * Towards a pod counts what its panel half sent to it. A port whose tunnel leads away counts what came from the
 * pod; how much of that arrives, the other node knows. What a half dropped on either way belongs to the direction
 * the frame was going.
 */
export function wireRows(
  wires: Iterable<AssignedWire>,
  indexOf: (port: PortRef) => number | undefined,
  before: Counters,
  now: Counters,
): TelemetryRow[] {
  const rows: TelemetryRow[] = [];
  const change = (port: PortRef) => {
    const index = indexOf(port);
    const stats = index === undefined ? undefined : now.get(index);
    return stats === undefined ? NOTHING : difference(before.get(index ?? 0) ?? NOTHING, stats);
  };
  for (const { linkUid, port, peer } of wires) {
    const own = change(port);
    const other = peer.type === "port" ? change(peer.port) : undefined;
    add(rows, linkUid, 0, own.txPackets, own.txBytes, own.txDropped + (other?.rxDropped ?? 0), own.txErrors);
    const [packets, bytes] = other === undefined ? [own.rxPackets, own.rxBytes] : [other.txPackets, other.txBytes];
    add(
      rows,
      linkUid,
      1,
      packets,
      bytes,
      own.rxDropped + (other?.txDropped ?? 0),
      own.rxErrors + (other?.txErrors ?? 0),
    );
  }
  return rows;
}

function add(
  rows: TelemetryRow[],
  linkUid: string,
  direction: 0 | 1,
  ...counts: [number, number, number, number]
): void {
  if (counts.some((count) => count > 0)) rows.push([linkUid, direction, ...counts]);
}

function difference(before: LinkStats, now: LinkStats): LinkStats {
  const result = { ...NOTHING };
  // A counter that went back began anew.
  for (const key of Object.keys(NOTHING) as (keyof LinkStats)[]) {
    result[key] = now[key] >= before[key] ? now[key] - before[key] : now[key];
  }
  return result;
}
