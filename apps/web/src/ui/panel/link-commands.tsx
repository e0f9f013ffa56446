import type { Link, Node } from "@ratchet/contracts";
import { linkEnd } from "../../graph/link-end.js";
import { useTopology } from "../../state/topology-store.js";
import { CopyLine } from "./copy-line.js";

/** Commands for the terminal beside the page. */
export function LinkCommands({ link }: { link: Link }) {
  const nodes = useTopology((state) => state.stream.nodes);
  const pods = useTopology((state) => state.stream.pods);
  const lines: { text: string; label: string }[] = [];
  for (const end of [linkEnd(link, 0), linkEnd(link, 1)]) {
    const netns = end && pods.get(end.pod)?.status.netns;
    if (netns)
      lines.push({
        text: `nsenter --net=${netns} ip -d link show ${end.spec.interface}`,
        label: `Copy: ${end.spec.interface} in ${end.pod}`,
      });
  }
  const onNodes = new Set(link.status.endpoints.flatMap((end) => (end.node === null ? [] : [end.node])));
  for (const name of onNodes) {
    const panel = panelOf(nodes.get(name));
    if (panel)
      lines.push({ text: `nsenter --net=${panel} tc -s filter show`, label: `Copy: cross-connects on ${name}` });
  }
  lines.push({ text: `bin/ratchetctl -n ${link.metadata.namespace} get link ${link.metadata.name}`, label: "Copy" });
  return lines.map((line) => <CopyLine key={line.text} {...line} />);
}

const panelOf = (node: Node | undefined) => node?.status.panelNetns ?? undefined;
