import type { Far } from "../resolve/assigned-wire.js";
import type { NodeReports } from "../status/status-registry.js";

/**
 * What is known of a tunnel's other end. Carrier drops only on positive knowledge: an agent that is
 * not there, or has not said yet what it has, leaves what was last known to be there.
 */
export function farEnd(reports: NodeReports | undefined, linkUid: string, vni: number | null): Far {
  if (reports === undefined) return "unknown";
  const wire = reports.wires.get(linkUid);
  const isThere = wire?.isReady === true && wire.vni === vni;
  if (isThere) return "present";
  return reports.isConnected && reports.hasFullStatus ? "absent" : "unknown";
}
