import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EtcdMember, type EtcdTls, findEtcd } from "./etcd-member.js";
import { freePorts } from "./etcd-ports.js";

export interface EtcdClusterOptions {
  /** 1 or 3; default 1. */
  members?: number;
  /** For clients; members talk to each other in the clear, on loopback. */
  tls?: EtcdTls;
  /** More of etcd's flags, such as `--max-txn-ops=64`. */
  flags?: string[];
}

/** Real etcd processes on loopback, with folders and ports of their own. */
export interface EtcdCluster {
  readonly members: readonly EtcdMember[];
  /** Client URLs of all members. */
  readonly endpoints: string[];
  /** The member that leads now; waits for an election that is under way. */
  leader(): Promise<EtcdMember>;
  /** Ends all members and removes their folders. Twice succeeds. */
  close(): Promise<void>;
}

/**
 * Starts etcd and waits until it answers. What was started is ended when that fails.
 *
 * @throws Error that says what to install when etcd is missing
 */
export async function startEtcd({
  members: count = 1,
  tls,
  flags = [],
}: EtcdClusterOptions = {}): Promise<EtcdCluster> {
  const program = findEtcd();
  const folder = await mkdtemp(join(tmpdir(), "ratchet-etcd-"));
  const ports = await freePorts(count * 2);
  const peers = Array.from({ length: count }, (_, i) => `m${i}=http://127.0.0.1:${ports[count + i]}`);
  const members = peers.map(
    (peer, i) =>
      new EtcdMember(program, {
        name: `m${i}`,
        folder: join(folder, `m${i}`),
        clientUrl: `${tls === undefined ? "http" : "https"}://127.0.0.1:${ports[i]}`,
        peerUrl: peer.slice(peer.indexOf("=") + 1),
        cluster: peers.join(","),
        flags,
        ...(tls !== undefined && { tls }),
      }),
  );

  async function close(): Promise<void> {
    await Promise.all(members.map((member) => member.kill()));
    await rm(folder, { recursive: true, force: true });
  }

  async function leader(): Promise<EtcdMember> {
    const deadline = performance.now() + 20_000;
    while (performance.now() < deadline) {
      for (const member of members) if (member.isRunning && (await member.isLeader())) return member;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("etcd elected no leader within 20 s");
  }

  try {
    await Promise.all(members.map((member) => member.start()));
    await leader();
  } catch (error) {
    await close();
    throw error;
  }
  return { members, endpoints: members.map((member) => member.clientUrl), leader, close };
}
