import { readFileSync } from "node:fs";
import { release } from "node:os";
import { type AgentHello, MTU_MAX_BYTES } from "@ratchet/contracts";
import { NetlinkSocket } from "../netlink/socket.js";
import { findLink } from "../rtnetlink/link.js";
import type { AgentConfig } from "./config.js";
import { AGENT_VERSION } from "./version.js";

/** How the agent introduces its node. `known`: the newest assignment it took in; not understood before protocol 3. */
export function helloOf(
  config: AgentConfig,
  about: { panelPath: string; netem: boolean; known: AgentHello["known"] },
  protocol: number,
): AgentHello {
  return {
    type: "hello",
    protocol,
    ...(protocol >= 3 && about.known !== undefined ? { known: about.known } : {}),
    agentVersion: AGENT_VERSION,
    kernel: release(),
    bootId: bootId(),
    node: {
      name: config.node,
      labels: config.labels,
      vtepAddress: config.vtepAddress,
      parentInterface: config.parentInterface,
      underlayMtuBytes: underlayMtuBytes(config.parentInterface),
      vxlanPort: config.vxlanPort,
      panelNetns: about.panelPath,
      capabilities: { managedPods: true, foreignSandboxes: config.allowsForeignSandboxes, netem: about.netem },
    },
  };
}

/** @throws Error when the interface is not there */
export function underlayMtuBytes(parentInterface: string): number {
  const parent = NetlinkSocket.use(undefined, (socket) => findLink(socket, { ifName: parentInterface }));
  if (parent === undefined) throw new Error(`--parent names an interface that is not here: ${parentInterface}`);
  // Of loopback it is 65536: more than any packet.
  return Math.min(parent.mtuBytes, MTU_MAX_BYTES);
}

export function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}
