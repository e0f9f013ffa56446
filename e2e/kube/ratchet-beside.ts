import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ApiClient } from "@ratchet/lab";
import { command, eventually, type KubeCluster, type KubeNode } from "@ratchet/testkit";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A control plane and one agent per node of a real cluster, the agents named as the nodes. */
export interface RatchetBeside {
  api: ApiClient;
  panelOf(node: KubeNode): string;
  stop(): Promise<void>;
}

/** Starts them from the built parts and waits until the agents are connected. The flags come behind the usual. */
export async function startRatchetBeside(
  cluster: KubeCluster,
  agentFlags: (node: KubeNode) => string[] = () => [],
  apiFlags: readonly string[] = [],
): Promise<RatchetBeside> {
  const folder = join(cluster.path, "ratchet");
  mkdirSync(folder);
  const socket = join(folder, "api.sock");
  const running: ChildProcess[] = [];
  const panelOf = (node: KubeNode) => `${node.netns}.panel`;

  function start(name: string, argv: string[]): ChildProcess {
    const log = openSync(join(folder, `${name}.log`), "a");
    const child = spawn("setpriv", ["--pdeathsig", "KILL", ...argv], { stdio: ["ignore", "pipe", log] });
    closeSync(log);
    running.push(child);
    return child;
  }

  const agentArgv = (node: KubeNode, ...more: string[]) => [
    ...["nsenter", `--net=${node.netnsPath}`, process.execPath, join(root, "packages/netcore/dist/agent/main.js")],
    ...["--node", node.name, "--vtep", node.vtep, "--parent", node.parentInterface],
    ...Object.entries(node.labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
    ...["--api", `unix:${socket}`, "--data", join(folder, node.name), "--installation", cluster.mark],
    ...["--panel", panelOf(node), "--netns-prefix", `${node.netns}.`, "--vxlan-port", "4789", ...more],
  ];

  async function stop(): Promise<void> {
    await Promise.all(
      running.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, "exit");
        child.kill("SIGKILL");
        await ended;
      }),
    );
    for (const node of cluster.nodes) await command(["ip", "netns", "delete", panelOf(node)]).catch(() => {});
  }

  try {
    const argv = [process.execPath, join(root, "apps/api/dist/main.js"), "--listen", "127.0.0.1:0"];
    const api = start("api", [...argv, "--socket", socket, "--data", join(folder, "api"), ...apiFlags]);
    const [line] = (await Promise.race([
      once(api.stdout!, "data"),
      once(api, "exit").then(() => Promise.reject(new Error("the API ended at once"))),
    ])) as [Buffer];
    const { url } = JSON.parse(line.toString()) as { url: string };
    for (const node of cluster.nodes) start(`agent-${node.name}`, agentArgv(node, ...agentFlags(node)));
    const client = new ApiClient(url);
    await eventually(
      async () => {
        const { items } = await client.nodes();
        const ready = items.filter((item) => item.status.phase === "Ready").length;
        if (ready !== cluster.nodes.length) throw new Error(`${ready} agents are connected`);
      },
      { withinMs: 20_000 },
    );
    return { api: client, panelOf, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
