import type { RunProbe } from "@ratchet/contracts";
import { lengthText } from "../../graph/run-timeline.js";
import { rttText } from "../../state/ping-store.js";

/** What each probe measured over the whole run. */
export function RunProbes({ probes }: { probes: readonly RunProbe[] }) {
  if (probes.length === 0) return <p className="soft">No probes: nothing was measured between the checks.</p>;
  return (
    <table className="facts run-probes" data-testid="run-probes">
      <thead>
        <tr>
          {["Probe", "Lost", "Outage", "Recovery", "Round trip"].map((label) => (
            <th key={label} scope="col" className="fact-head">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {probes.map((probe) => (
          <tr key={probe.name} data-probe={probe.name}>
            <th scope="row">{probe.name}</th>
            <td className="num">
              {probe.lost} of {probe.sent}
            </td>
            <td className="num" style={probe.longestOutageMs > 0 ? { color: "var(--down)" } : {}}>
              {probe.outageCount === 0 ? "none" : lengthText(probe.longestOutageMs)}
              {probe.outageCount > 1 && <span className="soft"> longest of {probe.outageCount}</span>}
            </td>
            <td className="num">{recovery(probe)}</td>
            <td className="num">{probe.rttMs === null ? "" : rttText(probe.rttMs.avg)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function recovery({ outages }: RunProbe): string {
  const known = outages.flatMap((outage) => outage.recoveryMs ?? []);
  return known.length === 0 ? "" : lengthText(Math.max(...known));
}
