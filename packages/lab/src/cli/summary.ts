import type { Link, Topology } from "@ratchet/contracts";
import type { Lab } from "../lab.js";
import { isRootless } from "../rootless.js";

/** What a person needs to know once the lab is up. */
export function summaryOf(lab: Lab, topology: Topology): string[] {
  const lines = [""];
  const byNode = Map.groupBy(topology.pods, (pod) => pod.status.node ?? "no node");
  for (const [node, pods] of byNode) lines.push(`  ${node}: ${pods.map((pod) => pod.metadata.name).join(", ")}`);
  if (topology.pods.length > 0) lines.push("");
  lines.push(...topology.links.slice(0, MAX_LINKS).map((link) => `  ${describeWire(link)}`));
  if (topology.links.length > MAX_LINKS) lines.push(`  ... and ${topology.links.length - MAX_LINKS} more`);
  if (lab.routing !== undefined) lines.push("", `  routers: ${lab.routing.reason}`);
  lines.push("", `  page and API   ${lab.url}`, ...suggestions(lab, topology), "", "  Ctrl+C removes everything.", "");
  return lines;
}

const MAX_LINKS = 20;

/** `centosa:in1 192.168.2.100/24 -- veth -- quagga-a:in2 192.168.2.101/24`. */
export function describeWire(link: Link): string {
  const [a, b] = link.spec.endpoints.map((end) => {
    if (!("pod" in end)) return "?";
    return [`${end.pod}:${end.interface}`, ...(end.addresses ?? [])].join(" ");
  });
  const { transport, vni, phase } = link.status;
  const wire = transport === "vxlan" ? `vxlan ${vni}` : (transport ?? phase);
  return `${link.metadata.name.padEnd(20)} ${a} -- ${wire} -- ${b}  ${phase}`;
}

function suggestions(lab: Lab, topology: Topology): string[] {
  const server = lab.url === "http://127.0.0.1:8080" ? "" : ` --server ${lab.url}`;
  const ctl = `bin/ratchetctl${server}`;
  const [proof] = lab.proofs.toReversed();
  const link = topology.links.find((item) => item.status.transport === "vxlan") ?? topology.links[0];
  const lines = [`  look           ${ctl} get links`];
  // Its namespaces lie in a mount namespace that a terminal beside it cannot see.
  if (isRootless()) lines.push("  exec           needs a lab that was started as root");
  else if (proof !== undefined) lines.push(`  ping           ${ctl} exec ${proof.from} -- ping ${proof.ping}`);
  if (link !== undefined) {
    lines.push(`  cut a wire     ${ctl} cut ${link.metadata.name}`);
    lines.push(`  and mend it    ${ctl} restore ${link.metadata.name}`);
  }
  return lines;
}
