import { type ImpairmentFields, type Link, sendersOf } from "@ratchet/contracts";

type Fields = Partial<ImpairmentFields> & { blackhole?: boolean | undefined };

const round = (value: number) => String(Math.round(value * 100) / 100);

/** "10 Mbit/s". */
export function rateText(kbit: number): string {
  if (kbit >= 1_000_000) return `${round(kbit / 1_000_000)} Gbit/s`;
  if (kbit >= 1000) return `${round(kbit / 1000)} Mbit/s`;
  return `${round(kbit)} kbit/s`;
}

/** All that one direction suffers: "20 ms ± 2 ms, 1 % loss, 10 Mbit/s"; empty when nothing. */
export function impairmentText(fields: Fields): string {
  const parts: string[] = [];
  if (fields.blackhole) parts.push("black hole");
  if (fields.delayMs)
    parts.push(`${round(fields.delayMs)} ms${fields.jitterMs ? ` ± ${round(fields.jitterMs)} ms` : ""}`);
  else if (fields.jitterMs) parts.push(`± ${round(fields.jitterMs)} ms`);
  if (fields.lossPercent) parts.push(`${round(fields.lossPercent)} % loss`);
  if (fields.lossBurst)
    parts.push(`bursts of loss, ${round(fields.lossBurst.pPercent)} % in, ${round(fields.lossBurst.rPercent)} % out`);
  if (fields.duplicatePercent) parts.push(`${round(fields.duplicatePercent)} % twice`);
  if (fields.corruptPercent) parts.push(`${round(fields.corruptPercent)} % corrupt`);
  if (fields.reorderPercent) parts.push(`${round(fields.reorderPercent)} % out of order`);
  if (fields.rateKbit) parts.push(rateText(fields.rateKbit));
  if (fields.mtu) parts.push(`nothing over ${fields.mtu} bytes`);
  return parts.join(", ");
}

/** True when at least one field does something. */
export const isImpairing = (fields: Fields): boolean => impairmentText(fields) !== "";

const NOTHING: [undefined, undefined] = [undefined, undefined];

/** What the two directions of a link suffer, faults included where an agent has said so: from end 0, from end 1. */
export function impairedWays({ spec, status }: Link): [Fields | undefined, Fields | undefined] {
  if (!spec.impairments?.length && !status.impairments?.length) return NOTHING;
  const ways: [Fields | undefined, Fields | undefined] = [undefined, undefined];
  for (const { from, ...fields } of spec.impairments ?? []) {
    const [way] = sendersOf(spec.endpoints, from);
    if (way !== undefined && isImpairing(fields)) ways[way] = fields;
  }
  for (const { from, effective } of status.impairments ?? []) {
    const [way] = sendersOf(spec.endpoints, from);
    if (way !== undefined && effective !== null && isImpairing(effective)) ways[way] = effective;
  }
  return ways;
}

/** The main figures in a few characters: "80 ms", "20/80 ms · 2 %". */
export function mainFigure([a, b]: readonly [Fields | undefined, Fields | undefined]): string {
  if (a === undefined && b === undefined) return "";
  const pair = (field: "delayMs" | "lossPercent" | "rateKbit") => [a?.[field] ?? 0, b?.[field] ?? 0] as const;
  const figures: string[] = [];
  const [delayA, delayB] = pair("delayMs");
  if (delayA || delayB) figures.push(`${both(delayA, delayB)} ms`);
  const [lossA, lossB] = pair("lossPercent");
  if (a?.blackhole || b?.blackhole) figures.push("black hole");
  else if (lossA || lossB) figures.push(`${both(lossA, lossB)} %`);
  const [rateA, rateB] = pair("rateKbit");
  const rates = [rateA, rateB].filter((rate) => rate > 0);
  if (rates.length > 0) figures.push(rateText(Math.min(...rates)).replace("bit/s", ""));
  if (figures.length > 0) return figures.slice(0, FIGURES).join(" · ");
  return (a && impairmentText(a)) || (b && impairmentText(b)) || "";
}

const FIGURES = 2;
const both = (a: number, b: number) => (a === b ? round(a) : `${round(a)}/${round(b)}`);
