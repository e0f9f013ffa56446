import type { Run, RunComparison, RunSeries } from "@ratchet/contracts";
import { DISTURBING } from "../disturbing.js";
import { type Markup, markup, Markup as Raw } from "./markup.js";
import { probeChart } from "./probe-chart.js";
import { STYLE } from "./style.js";
import { comparisonTable, eventsTable, outagesTable, probesTable, stepsTable } from "./tables.js";
import { timeline } from "./timeline.js";
import { duration, percent } from "./words.js";

/** The report of a run: one HTML page that needs nothing else, in light and dark. Pure. */
export function reportOf(run: Run, series: RunSeries, comparison?: RunComparison): string {
  const { metadata, spec, status } = run;
  const endMs = Math.max(1, status.durationMs ?? 0, ...status.events.map(({ atMs }) => atMs));
  const disturbing = status.steps.filter((step) => DISTURBING.has(step.kind) && step.startedMs !== null);
  const outages = status.probes.flatMap((probe) => probe.outages);
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${spec.scenario}: ${status.phase}</title><style>${new Raw(STYLE)}</style></head><body>
<header><h1>${spec.scenario}<span class="badge ${status.phase}">${status.phase}</span></h1>
<p class="faint">run ${metadata.namespace}/${metadata.name} · seed ${spec.seed} · by ${status.by} · ${status.startedAt ?? "not begun"}</p>
${status.message === "" ? null : markup`<p class="why ${status.phase}">${status.message}</p>`}
${spec.source.description === undefined ? null : markup`<p>${spec.source.description}</p>`}</header>
${figures(run)}
<h2>Timeline</h2><div class="wide">${timeline(run, endMs)}</div>
${status.probes.length === 0 ? null : markup`<h2>Probes</h2><div class="wide">${probesTable(status.probes)}</div>`}
${series.probes.map((one) => markup`<h3>${one.name}</h3><div class="wide">${probeChart(one, disturbing, endMs)}</div>`)}
${outages.length === 0 ? null : markup`<h2>Outages</h2><div class="wide">${outagesTable(status)}</div>`}
${comparison === undefined ? null : markup`<h2>Beside ${comparison.with}</h2><div class="wide">${comparisonTable(comparison)}</div>`}
<h2>Steps</h2><div class="wide">${stepsTable(status.steps)}</div>
<details><summary>Events</summary><div class="wide">${eventsTable(status)}</div></details>
<details><summary>Scenario</summary><pre>${JSON.stringify(spec.source, null, 2)}</pre></details>
</body></html>
`.text;
}

function figures({ status }: Run): Markup {
  const { probes, steps } = status;
  const sent = probes.reduce((sum, probe) => sum + probe.sent, 0);
  const lost = probes.reduce((sum, probe) => sum + probe.lost, 0);
  const recoveries = probes.flatMap(({ outages }) => outages.flatMap(({ recoveryMs }) => recoveryMs ?? []));
  const shown: [string, string][] = [
    [duration(status.durationMs), "took"],
    [`${steps.filter(({ state }) => state === "passed").length} of ${steps.length}`, "steps passed"],
  ];
  if (probes.length > 0) {
    shown.push(
      [duration(Math.max(...probes.map(({ longestOutageMs }) => longestOutageMs))), "longest outage"],
      [recoveries.length === 0 ? "–" : duration(Math.max(...recoveries)), "longest recovery"],
      [`${lost} (${percent(sent === 0 ? 0 : (lost * 100) / sent)})`, "packets lost"],
    );
  }
  return markup`<div class="figures">${shown.map(([value, name]) => markup`<div class="figure"><b>${value}</b><span>${name}</span></div>`)}</div>`;
}
