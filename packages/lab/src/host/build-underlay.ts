import type { LabNames } from "../names.js";
import { type PlannedNode, UNDERLAY_MTU_BYTES, UNDERLAY_PREFIX_LENGTH } from "../underlay-plan.js";
import { command } from "./command.js";
import { addNamespace } from "./namespaces.js";

/**
 * Builds the lab's network: a bridge in a namespace of its own, and per node a namespace
 * with `eth0` plugged into it. Nothing appears in the host's own namespace.
 */
export async function buildUnderlay(names: LabNames, nodes: readonly PlannedNode[]): Promise<void> {
  await addNamespace(names.underlay);
  for (const node of nodes) await addNamespace(names.node(node.name));

  const bridge = ["link add underlay type bridge", `link set underlay mtu ${UNDERLAY_MTU_BYTES} up`];
  for (const node of nodes) {
    bridge.push(
      `link add ${node.bridgePort} mtu ${UNDERLAY_MTU_BYTES} type veth peer name eth0 mtu ${UNDERLAY_MTU_BYTES} netns ${names.node(node.name)}`,
      `link set ${node.bridgePort} master underlay up`,
    );
  }
  await batch(names.underlay, bridge);
  for (const node of nodes) {
    await batch(names.node(node.name), [
      `addr add ${node.address}/${UNDERLAY_PREFIX_LENGTH} dev eth0`,
      "link set eth0 up",
    ]);
  }
}

async function batch(namespace: string, lines: string[]): Promise<void> {
  await command("ip", ["-n", namespace, "-batch", "-"], lines.map((line) => `${line}\n`).join(""));
}
