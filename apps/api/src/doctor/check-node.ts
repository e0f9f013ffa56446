import { type InspectResult, keys } from "@ratchet/contracts";
import type { World } from "../state/world.js";
import type { Observer } from "../status/observer.js";
import type { StatusRegistry } from "../status/status-registry.js";
import type { Diagnosis } from "./diagnosis.js";

/** What a node should have, as far as its pods are there to have it. */
export interface NodeWish {
  /** `podUid interface` to how it is called. */
  ports: Map<string, string>;
  /** VNI to the link that uses it. */
  vnis: Map<number, string>;
}

/** Judges what a node's agent says of its kernel. Pure. */
export function checkNode(
  node: string,
  { panel, differences, extras, ports, vnis }: InspectResult,
  wish: NodeWish,
): Diagnosis[] {
  const found: Diagnosis[] = [];
  const known = new Set<string>();
  for (const { kind, namespace, name, findings } of differences) {
    known.add(`${namespace}/${name}`);
    found.push({
      code: "KernelDiffers",
      where: node,
      subject: `${kind} ${namespace}/${name}`,
      message: `${kind.toLowerCase()} ${namespace}/${name} on node ${node}: ${findings.join(", ")}`,
      remedy: "have the agent do it again now (--fix); its log says what stood in the way",
      isMendable: true,
    });
  }
  for (const { ifName, kind, alias, isOwn } of extras) {
    const named = `${ifName} (${kind === "" ? "no kind" : kind}${alias === "" ? "" : `, "${alias}"`})`;
    found.push({
      code: "DeviceExtra",
      where: node,
      subject: ifName,
      message: `device ${named} in the panel of node ${node} belongs to no ${isOwn ? "link or pod any more" : "agent"}`,
      remedy: `remove it (--fix), or on that host: ip -n ${panel} link delete ${ifName}`,
      isMendable: true,
    });
  }
  const has = new Set(ports.map(({ podUid, interface: ifName }) => `${podUid} ${ifName}`));
  for (const [key, name] of wish.ports) if (!has.has(key) && known.size === 0) found.push(behind(node, `port ${name}`));
  for (const [vni, link] of wish.vnis) {
    if (!vnis.includes(vni) && !known.has(link)) found.push(behind(node, `tunnel ${vni} of link ${link}`));
  }
  return found;
}

export function nodeAway(node: string, why: string): Diagnosis {
  return {
    code: "NodeAway",
    where: node,
    subject: node,
    message: `the kernel of node ${node} could not be looked at: ${why}`,
    remedy: `start the agent of ${node}, or forget the node (DELETE /api/v1/nodes/${node}) when it is gone for good`,
    isMendable: false,
  };
}

function behind(node: string, what: string): Diagnosis {
  return {
    code: "AgentBehind",
    where: node,
    subject: what,
    message: `node ${node} has no ${what}, and its agent does not miss it: it was told something else than the store says`,
    remedy: `restart the agent of ${node}: it is then told everything anew`,
    isMendable: false,
  };
}

/** What the store asks of a node whose agent is connected. */
export function wishFor(node: string, world: World, observer: Observer, registry: StatusRegistry): NodeWish {
  const wish: NodeWish = { ports: new Map(), vnis: new Map() };
  const reports = registry.node(node);
  const isReady = (uid: string) => reports?.pods.get(uid)?.phase === "Ready";
  const links = new Set<string>();
  for (const podKey of world.podsOfNode(node)) {
    const pod = world.pod(podKey)?.data;
    if (pod === undefined || !world.run(pod).isRunning || !isReady(pod.uid)) continue;
    for (const { name } of pod.spec.interfaces ?? [])
      wish.ports.set(`${pod.uid} ${name}`, `${pod.namespace}/${pod.name}:${name}`);
    for (const linkKey of world.linksOfPod(podKey)) links.add(linkKey);
  }
  for (const linkKey of links) {
    const resolved = observer.resolve(linkKey);
    for (const { end, pod, node: where } of resolved?.ends ?? []) {
      if (pod === undefined || where !== node || !isReady(pod.uid)) continue;
      wish.ports.set(`${pod.uid} ${end.interface}`, `${pod.namespace}/${pod.name}:${end.interface}`);
    }
    if (resolved?.vni == null || resolved.obstacle !== undefined) continue;
    wish.vnis.set(resolved.vni, linkKey.slice(keys.links().length));
  }
  return wish;
}
