import { join } from "node:path";
import type { DataDir } from "./data-dir.js";
import type { AgentSocket, ReplicaUrl } from "./lab-options.js";
import { type LabNames, netnsPath } from "./names.js";
import { Supervised } from "./process/supervised.js";
import { parts } from "./repository.js";
import type { PlannedNode } from "./underlay-plan.js";

export interface ProcessContext {
  names: LabNames;
  dir: DataDir;
  installationId: string;
  /** Client URLs of the etcd that keeps intents; none: the embedded store does. */
  etcdEndpoints: readonly string[];
  databaseUrl: string | undefined;
  /** Of each replica of the API. */
  sockets: readonly string[];
  agentSocket: AgentSocket | undefined;
  storeUrl: ReplicaUrl | undefined;
  peerUrl: ReplicaUrl | undefined;
  labImages: string;
  resyncSeconds: number | undefined;
  allowForeignSandboxes: boolean;
  say: (line: string) => void;
  onChange: () => void;
}

// Killed with the lab: a lab that dies by kill -9 leaves no control plane behind.
export const DIE_WITH_US = ["setpriv", "--pdeathsig", "KILL"] as const;
const VXLAN_PORT = "4789";

/** A replica of the API. All of a lab share one folder: with etcd only the history is in it, which is one for all. */
export function apiProcess(
  context: Omit<ProcessContext, "sockets">,
  { name, index, port, socket }: { name: string; index: number; port: number; socket: string },
): Supervised {
  const { dir, etcdEndpoints, databaseUrl, storeUrl, peerUrl } = context;
  const etcd = () => [
    ...["--store", "etcd", "--etcd-endpoints", etcdEndpoints.map((own) => storeUrl?.(index, own) ?? own).join(",")],
    // The same id after kill -9: then nobody waits for the lease of the process that is dead.
    ...["--replica-id", name.replace(" ", "-")],
    ...(peerUrl === undefined ? [] : ["--peer-url", peerUrl(index, `http://127.0.0.1:${port}`)]),
  ];
  const argv: [string, ...string[]] = [
    ...DIE_WITH_US,
    process.execPath,
    parts.api,
    ...["--listen", `127.0.0.1:${port}`],
    ...["--socket", socket],
    ...["--data", join(dir.path, "api")],
    ...["--web", parts.web],
    ...(etcdEndpoints.length === 0 ? [] : etcd()),
  ];
  // Not on the command line, where everybody reads its password.
  return supervised(context, name, argv, databaseUrl === undefined ? {} : { RATCHET_DATABASE_URL: databaseUrl });
}

/** The agent of one node, inside the node's namespace. It reaches the API by the socket: its loopback is another one. */
export function agentProcess(context: ProcessContext, node: PlannedNode, index: number): Supervised {
  const { names, dir, sockets, agentSocket } = context;
  const doors = sockets.map((own, replica) => agentSocket?.(node.name, replica, own) ?? own);
  // Each node begins at another replica.
  const apis = doors.map((_, turn) => doors[(index + turn) % doors.length]);
  return supervised(context, `agent ${node.name}`, [
    ...DIE_WITH_US,
    "nsenter",
    `--net=${netnsPath(names.node(node.name))}`,
    process.execPath,
    parts.agent,
    ...["--node", node.name],
    ...Object.entries(node.labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
    ...["--vtep", node.address],
    ...["--parent", "eth0"],
    ...apis.flatMap((api) => ["--api", `unix:${api}`]),
    ...["--data", join(dir.path, "agents", node.name)],
    ...["--installation", context.installationId],
    ...["--panel", names.panel(node.name)],
    ...["--netns-prefix", names.podPrefix(node.name)],
    ...["--vxlan-port", VXLAN_PORT],
    ...["--lab-file", context.labImages],
    ...(context.allowForeignSandboxes ? ["--allow-foreign-sandboxes"] : []),
    ...(context.resyncSeconds === undefined ? [] : ["--resync-seconds", String(context.resyncSeconds)]),
  ]);
}

function supervised(
  context: Omit<ProcessContext, "sockets">,
  name: string,
  argv: [string, ...string[]],
  env: Record<string, string> = {},
): Supervised {
  return new Supervised({
    name,
    argv,
    env: { NODE_ENV: "production", ...env },
    logFile: join(context.dir.path, "logs", `${name.replace(" ", "-")}.log`),
    say: context.say,
    onChange: context.onChange,
  });
}
