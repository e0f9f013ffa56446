import { join } from "node:path";
import { choosePort } from "./free-port.js";
import { LabError } from "./lab-error.js";
import { Supervised } from "./process/supervised.js";
import { DIE_WITH_US, type ProcessContext } from "./processes.js";

const MEMBERS = 3;

/** The lab's own etcd: three members on loopback, with their data in the lab's folder. */
export interface EtcdMembers {
  members: readonly Supervised[];
  endpoints: readonly string[];
  /** kill -9 of the member that leads; it is started again at once. Answers its name. */
  killLeader(): Promise<string>;
}

export async function etcdMembers(context: Pick<ProcessContext, "dir" | "say" | "onChange">): Promise<EtcdMembers> {
  const { dir, say, onChange } = context;
  const ports = new Set<number>();
  while (ports.size < MEMBERS * 2) ports.add(await choosePort(0));
  const urls = [...ports].map((port) => `http://127.0.0.1:${port}`);
  const [clients, peers] = [urls.slice(0, MEMBERS), urls.slice(MEMBERS)];
  const cluster = peers.map((peer, i) => `m${i}=${peer}`).join(",");
  const members = clients.map((client, i) => {
    const name = `etcd m${i}`;
    return new Supervised({
      name,
      argv: [
        ...DIE_WITH_US,
        "etcd",
        `--name=m${i}`,
        `--data-dir=${join(dir.path, "etcd", `m${i}`)}`,
        `--listen-client-urls=${client}`,
        `--advertise-client-urls=${client}`,
        `--listen-peer-urls=${peers[i]}`,
        `--initial-advertise-peer-urls=${peers[i]}`,
        `--initial-cluster=${cluster}`,
        "--logger=zap",
        "--log-level=warn",
      ],
      env: {},
      logFile: join(dir.path, "logs", `etcd-m${i}.log`),
      say,
      onChange,
      isReady: async () => (await ask(`${client}/health`, "GET"))?.health === "true",
    });
  });
  return {
    members,
    endpoints: clients,
    async killLeader() {
      for (const [i, client] of clients.entries()) {
        const status = await ask(`${client}/v3/maintenance/status`, "POST");
        const header = status?.header as { member_id?: string } | undefined;
        if (status?.leader === undefined || status.leader !== header?.member_id) continue;
        await members[i]!.kill();
        return members[i]!.name;
      }
      throw new LabError("no member of etcd leads");
    },
  };
}

async function ask(url: string, method: string): Promise<Record<string, unknown> | undefined> {
  try {
    const body = method === "POST" ? { body: "{}" } : {};
    const answer = await fetch(url, { method, ...body, signal: AbortSignal.timeout(1_000) });
    return (await answer.json()) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
