import type { Comparison, ImpairmentStatus, Link } from "@ratchet/contracts";

/** One direction: its state, what is asked and in force, and what was measured. */
export function impairmentText(status: ImpairmentStatus): string {
  const { asked, effective, engine, state, actual, message } = status;
  const parts: string[] = [state];
  if (asked !== null) parts.push(`asked ${fieldsText(asked)}`);
  if (effective !== null && fieldsText(effective) !== fieldsText(asked ?? {})) {
    parts.push(`with faults ${fieldsText(effective)}`);
  }
  if (engine !== null && engine !== "none") parts.push(`${engine} has ${fieldsText(actual ?? {})}`);
  const measured = measuredText(status);
  if (measured !== "") parts.push(`measured ${measured}`);
  if (message !== "") parts.push(message);
  return parts.join("; ");
}

/** In few words, for a table: "measured 101 ms, agrees". Empty while nothing is impaired or measured. */
export function agreementText({ status }: Link): string {
  const ways = status.impairments ?? [];
  const measured = ways.find((way) => way.measured !== null)?.measured;
  if (measured == null) return "";
  const { roundTripMs, lossPercent, echoes } = measured;
  const figures = [
    roundTripMs === null ? "" : `${roundTripMs} ms`,
    lossPercent === null || echoes === 0 ? "" : `${lossPercent} % lost`,
  ].filter((text) => text !== "");
  const verdicts = ways.map(({ agrees }) => agrees);
  const verdict = verdicts.includes(false) ? "does not agree" : verdicts.includes(true) ? "agrees" : "not compared";
  return `measured ${[...figures, verdict].join(", ")}`;
}

function measuredText({ measured, compared, agrees }: ImpairmentStatus): string {
  if (measured === null) return "";
  const { roundTripMs, jitterMs, lossPercent, rateKbit, echoes } = measured;
  const parts = [
    roundTripMs === null ? "" : `round trip ${roundTripMs} ms`,
    jitterMs === null ? "" : `jitter ${jitterMs} ms`,
    lossPercent === null || echoes === 0 ? "" : `loss ${lossPercent} % of ${echoes} echoes`,
    rateKbit === null ? "" : `rate ${rateKbit} kbit/s`,
    agrees === null ? "" : agrees ? "agrees" : "does not agree",
    ...compared.filter((item) => !item.agrees).map(boundsText),
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function boundsText({ what, least, most }: Comparison): string {
  const bounds = [least === null ? "" : `at least ${least}`, most === null ? "" : `at most ${most}`];
  return `${what} would be ${bounds.filter((bound) => bound !== "").join(" and ")}`;
}

function fieldsText(fields: object): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`)
    .join(", ");
}
