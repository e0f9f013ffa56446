import type { Link, LinkTelemetry, Pod } from "@ratchet/contracts";
import { impairmentText } from "./impairment-text.js";
import { endText, sourceText } from "./link-text.js";
import { type Paint, phaseColour } from "./paint.js";
import { whyOf } from "./resources.js";

type Line = readonly [label: string, text: string];

/** All there is to know of a link, in words: where it comes from, where its ends are, and what its agents say. */
export function describeLink(link: Link, paint: Paint, telemetry?: LinkTelemetry): string {
  const { metadata, spec, status } = link;
  const wire = [status.transport ?? spec.transport, status.vni === null ? "" : `VNI ${status.vni}`];
  const conditions = status.conditions.map(
    ({ type, status: holds, reason, message, since }): Line => [
      `${type}`,
      [`${holds} since ${since}, ${reason}`, message].filter(Boolean).join(": "),
    ],
  );
  return linesOf([
    ["Link", `${metadata.namespace}/${metadata.name}`],
    ["From", sourceText(link)],
    ["Phase", paint(phaseColour(status.phase), status.phase)],
    ["Why", status.phase === "Up" ? "" : whyOf(link)],
    ["Asked", `state ${spec.state}, transport ${spec.transport}${spec.mtu === undefined ? "" : `, MTU ${spec.mtu}`}`],
    ["Wire", [...wire, status.mtu === null ? "" : `MTU ${status.mtu}`].filter(Boolean).join(", ")],
    ["End 0", endOf(link, 0)],
    ["End 1", endOf(link, 1)],
    ...(status.impairments ?? []).map((way): Line => [`From ${way.from}`, impairmentText(way)]),
    ["Echoes", telemetry === undefined ? "" : echoesText(telemetry)],
    ...carrierLines(telemetry),
    ...conditions,
  ]);
}

/** What became of the echoes of the last minute. */
function echoesText({ probes }: LinkTelemetry): string {
  const points = probes?.points ?? [];
  const sum = (field: 1 | 2) => points.reduce((total, point) => total + point[field], 0);
  const [sent, received] = [sum(1), sum(2)];
  if (sent === 0) return "";
  const times = points.flatMap(([, , , rttMs]) => rttMs ?? []);
  const range = times.length === 0 ? [] : [`${Math.min(...times)} to ${Math.max(...times)} ms`];
  return [`${received} of ${sent} answered in the last minute`, ...range].join(", ");
}

/** Each end's carrier: how often it changed, and when it did lately. */
function carrierLines(telemetry: LinkTelemetry | undefined): Line[] {
  return (telemetry?.carrier ?? []).map(({ count, last }, index): Line => {
    const changes = last.map(({ at, carrier }) => `${carrier ? "up" : "lost"} ${at}`);
    return [`Carrier ${index}`, count === null ? "" : [`${count} changes`, ...changes].join(", ")];
  });
}

/** The same of a pod: its interfaces, and which links have them. */
export function describePod({ metadata, spec, status }: Pod, paint: Paint): string {
  const own = new Set(spec.interfaces?.map(({ name }) => name));
  const interfaces = status.interfaces.map((item): Line => {
    const user = item.link !== null ? `link ${item.link}` : own.has(item.name) ? "no link; the pod's own" : "no link";
    const carrier = item.carrier === null ? "carrier unknown" : item.carrier ? "carrier" : "no carrier";
    return [
      item.name,
      [...item.addresses, carrier, `MTU ${item.mtu ?? "?"}`, item.mac ?? "", user].filter(Boolean).join(", "),
    ];
  });
  const source = metadata.labels["ratchet.network/source"];
  return linesOf([
    ["Pod", `${metadata.namespace}/${metadata.name}`],
    ["From", source === undefined ? "" : `${source}, uid ${metadata.uid}`],
    ["Phase", paint(phaseColour(status.phase), status.phase)],
    ["Why", status.message],
    ["Node", status.node ?? "none yet"],
    ["Namespace", status.netns ?? ""],
    ...interfaces,
  ]);
}

function endOf(link: Link, index: 0 | 1): string {
  const end = link.spec.endpoints[index];
  const seen = link.status.endpoints[index];
  const addresses = end !== undefined && "addresses" in end ? (end.addresses ?? []) : [];
  const carrier = seen?.carrier == null ? "carrier unknown" : seen.carrier ? "carrier" : "no carrier";
  const device = seen?.ifIndex == null ? "" : `index ${seen.ifIndex}`;
  const where = seen?.node == null ? "on no node" : `on node ${seen.node}`;
  return [
    endText(link, index),
    ...addresses,
    ...(seen?.autoAddresses ?? []),
    where,
    carrier,
    device,
    seen?.mac ?? "",
    seen?.message ?? "",
  ]
    .filter(Boolean)
    .join(", ");
}

/** Labels in a column; lines that say nothing are left out. */
function linesOf(lines: readonly Line[]): string {
  const told = lines.filter(([, text]) => text !== "");
  const width = Math.max(...told.map(([label]) => label.length));
  return told.map(([label, text]) => `${label.padEnd(width)}  ${text}\n`).join("");
}
