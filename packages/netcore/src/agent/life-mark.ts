import { closeNetns, openNetns } from "../ffi/netns.js";
import { NetlinkSocket } from "../netlink/socket.js";
import type { LifeMark } from "../plan/plan-pod.js";
import { findLink, setLink } from "../rtnetlink/link.js";

const LOOPBACK = { ifName: "lo" };

/**
 * Writes into a managed namespace itself whose life it is: the alias of its loopback interface. The agent's file may
 * be older than the namespace when the agent is killed; this cannot be.
 */
export function markLife(path: string, installationId: string, { podUid, incarnation }: LifeMark): void {
  inNamespace(path, (socket) =>
    socket.request(setLink(LOOPBACK, { alias: `ratchet ${installationId} ${podUid} ${incarnation}` })),
  );
}

/** Reads whose life a namespace is; undefined when this installation has not marked it. */
export function readLife(path: string, installationId: string): LifeMark | undefined {
  const alias = inNamespace(path, (socket) => findLink(socket, LOOPBACK))?.alias ?? "";
  const [word, installation, podUid = "", count = ""] = alias.split(" ");
  if (word !== "ratchet" || installation !== installationId || !/^\d+$/.test(count)) return undefined;
  return { podUid, incarnation: Number(count) };
}

function inNamespace<T>(path: string, use: (socket: NetlinkSocket) => T): T {
  const fd = openNetns(path);
  try {
    return NetlinkSocket.use(fd, use);
  } finally {
    closeNetns(fd);
  }
}
