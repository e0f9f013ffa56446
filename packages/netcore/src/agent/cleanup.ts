import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { deleteNamedNetns, NETNS_FOLDER, namedNetnsPath } from "../ffi/named-netns.js";
import { netnsIdentity, OWN_NETNS } from "../ffi/netns.js";
import { NetlinkSocket } from "../netlink/socket.js";
import { deleteLinks } from "../rtnetlink/delete-links.js";
import { dumpLinks } from "../rtnetlink/link.js";
import type { AgentConfig } from "./config.js";
import { endMarked } from "./programs.js";

/** Removes programs, pods' namespaces, panel, tunnels and state of this installation on this node. Absent = success. */
export async function cleanUp(config: AgentConfig): Promise<string[]> {
  const { installationId, node, netnsPrefix, panelName, dataFolder } = config;
  const removed: string[] = [];
  await endMarked(node === "" ? `${installationId}/` : `${installationId}/${node}/`);
  for (const name of namesIn(NETNS_FOLDER)) {
    const isPods = name.startsWith(`${netnsPrefix}.`) && name.slice(netnsPrefix.length + 1).split(".").length === 2;
    if (!isPods) continue;
    deleteNamedNetns(name);
    removed.push(name);
  }
  const path = namedNetnsPath(panelName);
  if (netnsIdentity(path)?.dev === netnsIdentity(OWN_NETNS)?.dev) {
    // Before the name goes: tunnels hold sockets on the underlay until their devices are gone.
    const socket = NetlinkSocket.open(path);
    try {
      const links = dumpLinks(socket, { withoutStats: true }).filter(({ kind = "" }) =>
        ["veth", "vxlan", "tun"].includes(kind),
      );
      await deleteLinks(
        socket,
        links.map(({ ifIndex }) => ifIndex),
      );
    } finally {
      socket.close();
    }
    removed.push(panelName);
  }
  deleteNamedNetns(panelName);
  for (const name of namesIn(dataFolder)) {
    if (/^(state|cni)\.json|^relay\.(sock|log)$/.test(name)) rmSync(join(dataFolder, name), { force: true });
  }
  rmSync(join(dataFolder, "pods"), { recursive: true, force: true });
  return removed;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return [];
    throw error;
  }
}
