import type { Run, RunComparison, RunProbe, RunStep } from "@ratchet/contracts";
import { type Markup, markup } from "./markup.js";
import { duration, percent, rtt } from "./words.js";

type Cell = string | Markup;

/** `numbers`: columns that are set to the right. */
function table(head: readonly string[], rows: readonly (readonly Cell[])[], numbers: readonly number[] = []): Markup {
  const kind = (column: number) => (numbers.includes(column) ? "number" : "text");
  return markup`<table><thead><tr>${head.map((text, column) => markup`<th class="${kind(column)}">${text}</th>`)}</tr></thead><tbody>${rows.map((row) => markup`<tr>${row.map((cell, column) => markup`<td class="${kind(column)}">${cell}</td>`)}</tr>`)}</tbody></table>`;
}

export function probesTable(probes: readonly RunProbe[]): Markup {
  const rows = probes.map((probe) => [
    probe.name,
    `${probe.from} to ${probe.to}${probe.address === null || probe.address === probe.to ? "" : ` (${probe.address})`}`,
    String(probe.sent),
    `${probe.lost} (${percent(probe.lossPercent)})`,
    String(probe.outageCount),
    duration(probe.outageMs),
    duration(probe.longestOutageMs),
    `${rtt(probe.rttMs?.min)} / ${rtt(probe.rttMs?.avg)} / ${rtt(probe.rttMs?.max)}`,
  ]);
  const head = ["Probe", "Way", "Sent", "Lost", "Outages", "Out in all", "Longest", "Round trip min / avg / max"];
  return table(head, rows, [2, 3, 4, 5, 6, 7]);
}

export function outagesTable({ probes, steps }: Run["status"]): Markup {
  const nameOf = (id: string | null) => steps.find((step) => step.id === id)?.name ?? "–";
  const rows = probes.flatMap((probe) =>
    probe.outages.map((outage) => [
      probe.name,
      nameOf(outage.afterStep),
      duration(outage.firstLostMs),
      duration(outage.lastLostMs),
      String(outage.lost),
      duration(outage.durationMs),
      outage.recoveryMs === null ? "not seen" : duration(outage.recoveryMs),
      outage.sinceMendMs == null ? "" : `${duration(outage.sinceMendMs)} after ${nameOf(outage.mendedBy ?? null)}`,
    ]),
  );
  const head = [
    "Probe",
    "After",
    "First lost at",
    "Last lost at",
    "Packets lost",
    "Lasted",
    "Recovered after the step",
    "Mended",
  ];
  return table(head, rows, [2, 3, 4, 5, 6]);
}

export function stepsTable(steps: readonly RunStep[]): Markup {
  const rows = steps.map((step) => [
    markup`<span class="${step.state}">${step.state}</span>`,
    duration(step.startedMs),
    step.startedMs === null || step.endedMs === null ? "–" : duration(step.endedMs - step.startedMs),
    step.section,
    step.name,
    step.message,
  ]);
  return table(["State", "At", "Took", "Part", "Step", "Found"], rows, [1, 2]);
}

export function eventsTable({ events, steps }: Run["status"]): Markup {
  const nameOf = (about: string) => steps.find((step) => step.id === about)?.name ?? about;
  const rows = events.map(({ atMs, type, about, message }) => [duration(atMs), type, nameOf(about), message]);
  return table(["At", "Event", "About", ""], rows, [0]);
}

export function comparisonTable({ probes, isSameOrder, isSameScenario, phases }: RunComparison): Markup {
  const pair = (
    { before, after }: { before: number | null; after: number | null },
    show: (ms: number | null) => string,
  ) => `${show(before)} → ${show(after)}`;
  const count = (value: number | null) => (value === null ? "–" : String(value));
  const rows = probes.map((probe) => [
    probe.name,
    pair(probe.lost, count),
    pair(probe.longestOutageMs, duration),
    pair(probe.recoveryMs, duration),
    pair(probe.rttAvgMs, rtt),
  ]);
  const order = isSameOrder ? "The same order of events" : "Another order of events";
  const scenario = isSameScenario ? "the same scenario" : "another version of the scenario";
  return markup`<p>${order}, ${scenario}; ${phases.before} → ${phases.after}.</p>${table(["Probe", "Packets lost", "Longest outage", "Recovery", "Round trip"], rows, [1, 2, 3, 4])}`;
}
