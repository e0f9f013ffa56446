import type { Fault, Link, Node, Pod, Run, Scenario } from "@ratchet/contracts";
import { agreementText } from "./impairment-text.js";
import { endText, sourceText } from "./link-text.js";
import { type Paint, phaseColour } from "./paint.js";
import { type Cell, table } from "./table.js";

export function nodesTable(nodes: readonly Node[], paint: Paint): string {
  const rows = nodes.map(({ metadata, spec, status }) => [
    metadata.name,
    phase(status.phase),
    spec.vtepAddress,
    String(status.pods),
    labelsText(metadata.labels),
  ]);
  return table(["NAME", "PHASE", "VTEP", "PODS", "LABELS"], rows, paint);
}

export function podsTable(pods: readonly Pod[], paint: Paint): string {
  const rows = pods.map(({ metadata, status }) => [
    metadata.name,
    phase(status.phase),
    status.node ?? "",
    status.interfaces.map((item) => item.name).join(","),
    status.interfaces.flatMap((item) => item.addresses).join(","),
    status.message,
  ]);
  return table(["NAME", "PHASE", "NODE", "INTERFACES", "ADDRESSES", "MESSAGE"], rows, paint);
}

export function linksTable(links: readonly Link[], paint: Paint): string {
  const sources = links.map(sourceText);
  const hasSources = sources.some((text) => text !== "");
  const rows = links.map((link, index) => [
    link.metadata.name,
    phase(link.status.phase),
    transportText(link),
    endAndAddresses(link, 0),
    endAndAddresses(link, 1),
    ...(hasSources ? [sources[index] ?? ""] : []),
    link.status.mtu === null ? "" : String(link.status.mtu),
    [link.status.phase === "Up" ? "" : whyOf(link), agreementText(link)].filter((text) => text !== "").join("; "),
  ]);
  const source = hasSources ? ["FROM"] : [];
  return table(["NAME", "PHASE", "TRANSPORT", "END 0", "END 1", ...source, "MTU", "MESSAGE"], rows, paint);
}

export function faultsTable(faults: readonly Fault[], paint: Paint): string {
  const rows = faults.map(({ metadata, spec, status }) => [
    metadata.name,
    phase(status.phase),
    spec.action.type,
    status.links.join(","),
    status.by,
    status.ended ?? status.endsAt ?? "",
    spec.reason ?? "",
  ]);
  return table(["NAME", "PHASE", "ACTION", "LINKS", "BY", "ENDS", "REASON"], rows, paint);
}

export function scenariosTable(scenarios: readonly Scenario[], paint: Paint): string {
  const rows = scenarios.map(({ metadata, spec }) => [
    metadata.name,
    String(spec.steps.length),
    `${spec.deadlineSeconds} s`,
    String(spec.seed),
    spec.description ?? "",
  ]);
  return table(["NAME", "STEPS", "DEADLINE", "SEED", "DESCRIPTION"], rows, paint);
}

export function runsTable(runs: readonly Run[], paint: Paint): string {
  const rows = runs.map(({ metadata, spec, status }) => [
    metadata.name,
    phase(status.phase),
    spec.scenario,
    String(spec.seed),
    status.by,
    status.durationMs === null ? "" : `${(status.durationMs / 1000).toFixed(1)} s`,
    status.message,
  ]);
  return table(["NAME", "PHASE", "SCENARIO", "SEED", "BY", "TOOK", "WHY"], rows, paint);
}

/** What a link says about why it is not up. */
export function whyOf(link: Link): string {
  const conditions = link.status.conditions.filter((item) => item.status !== "True").map((item) => item.message);
  const ends = link.status.endpoints.map((item) => item.message);
  return [...new Set([...conditions, ...ends].filter((text) => text !== ""))].join("; ");
}

function transportText(link: Link): string {
  const { transport, vni } = link.status;
  return vni === null ? (transport ?? "") : `${transport ?? "vxlan"} ${vni}`;
}

function endAndAddresses(link: Link, index: 0 | 1): string {
  const end = link.spec.endpoints[index];
  const addresses = end !== undefined && "addresses" in end ? (end.addresses ?? []) : [];
  return [endText(link, index), ...addresses].join(" ");
}

function labelsText(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}

function phase(text: string): Cell {
  return { text, colour: phaseColour(text) };
}
