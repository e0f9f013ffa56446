import { type ImpairmentStatus, type Link, sendersOf } from "@ratchet/contracts";
import { IconCheck, IconX } from "@tabler/icons-react";
import { impairmentText } from "../../graph/impairment-text.js";
import { linkEnd } from "../../graph/link-end.js";
import { comparisonText, measuredText } from "../../graph/measured-text.js";
import { useTopology } from "../../state/topology-store.js";

/** Asked beside what is in force and what was measured, for each direction that suffers. */
export function ImpairTable({ link }: { link: Link }) {
  const isLive = useTopology((state) => state.phase === "live");
  const ways = link.status.impairments ?? [];
  if (ways.length === 0) return null;
  return (
    <table className="facts impair-table" aria-label="Impairments, asked and in force" data-testid="impair-table">
      <tbody>
        {ways.map((way) => (
          <Direction key={way.from} way={way} sender={senderText(link, way.from)} isLive={isLive} />
        ))}
      </tbody>
    </table>
  );
}

const STATE_COLOR: Record<ImpairmentStatus["state"], string> = {
  pending: "var(--pending)",
  active: "var(--text)",
  degraded: "var(--degraded)",
  error: "var(--error)",
  unknown: "var(--unknown)",
};

/** Whose frames they are; of a pod that labels have chosen its name now. */
function senderText(link: Link, from: string): string {
  const [sender] = sendersOf(link.spec.endpoints, from);
  const end = sender === undefined ? undefined : linkEnd(link, sender);
  return end === undefined || end.selector === null ? from : end.pod;
}

function Direction({ way, sender, isLive }: { way: ImpairmentStatus; sender: string; isLive: boolean }) {
  const state = isLive ? way.state : "unknown";
  const asked = way.asked === null ? "" : impairmentText(way.asked);
  const effective = way.effective === null ? "" : impairmentText(way.effective);
  return (
    <>
      <tr data-testid="impair-status" data-from={way.from} data-state={state}>
        <th scope="row">from {sender}</th>
        <td>
          <b style={{ color: STATE_COLOR[state], fontWeight: 600 }}>{state}</b>
          {way.engine !== null && <span className="soft"> by {way.engine}</span>}
        </td>
      </tr>
      <Fact name="asked" value={asked === "" ? "nothing, a fault does it" : asked} />
      {effective !== asked && effective !== "" && <Fact name="with faults" value={effective} />}
      <Fact name="in force" value={isLive && way.actual !== null ? impairmentText(way.actual) || "nothing" : null} />
      {way.measured !== null && isLive && (
        <tr data-testid="impair-measured" data-from={way.from} data-agrees={String(way.agrees)}>
          <th scope="row">measured</th>
          <td className="mono">
            {measuredText(way)} <Agrees agrees={way.agrees} />
          </td>
        </tr>
      )}
      {isLive &&
        way.compared
          .filter(({ agrees }) => !agrees)
          .map((compared) => (
            <tr key={compared.what}>
              <td colSpan={2} style={{ color: "var(--degraded)" }}>
                {comparisonText(compared)}
              </td>
            </tr>
          ))}
      {way.message !== "" && isLive && (
        <tr>
          <td colSpan={2} style={{ color: STATE_COLOR[state] }}>
            {way.message}
          </td>
        </tr>
      )}
    </>
  );
}

function Fact({ name, value }: { name: string; value: string | null }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="mono">{value ?? <span className="soft">unknown</span>}</td>
    </tr>
  );
}

function Agrees({ agrees }: { agrees: boolean | null }) {
  if (agrees === null) return null;
  return agrees ? (
    <IconCheck size={14} color="var(--ready)" aria-label="agrees" />
  ) : (
    <IconX size={14} color="var(--degraded)" aria-label="does not agree" />
  );
}
