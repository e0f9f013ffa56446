import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type LabImages, type LabNode, type LabProof, resolveLabFile } from "@ratchet/contracts";
import { ApiClient } from "./api-client.js";
import { claimLab } from "./claim.js";
import { type DataDir, newInstallationId, prepareDataDir, readMemory, writeMemory } from "./data-dir.js";
import { type EtcdMembers, etcdMembers } from "./etcd-members.js";
import { choosePort } from "./free-port.js";
import type { Front } from "./front.js";
import { buildUnderlay } from "./host/build-underlay.js";
import { deleteNamespaces, namespacesWith } from "./host/namespaces.js";
import { LabError } from "./lab-error.js";
import type { LabOptions } from "./lab-options.js";
import { type LabNames, labNames, netnsPath, RESERVED_NODE_NAME } from "./names.js";
import type { Supervised } from "./process/supervised.js";
import { agentProcess, type ProcessContext } from "./processes.js";
import { replicasOf } from "./replicas.js";
import { needParts } from "./repository.js";
import { type RunRecord, writeRun } from "./run-file.js";
import { type Swept, sweepLab } from "./sweep.js";
import { type ChosenRouting, chooseRouting } from "./topology/choose-routing.js";
import { type LoadedTopology, loadTopology } from "./topology/load-topology.js";
import { waitForNodes, waitUntilSettled } from "./topology/settle.js";
import { defaultNodes, type PlannedNode, planUnderlay } from "./underlay-plan.js";

/** A running lab. */
export interface Lab {
  name: string;
  url: string;
  /** Unix socket of the API; of its first replica when there are several. */
  socket: string;
  /** Of each API process: its name and its own address. */
  replicas: readonly { name: string; url: string }[];
  dataDir: string;
  installationId: string;
  nodes: readonly PlannedNode[];
  names: LabNames;
  api: ApiClient;
  routing: ChosenRouting | undefined;
  proofs: readonly LabProof[];
  /** What earlier labs had left and this one removed. */
  swept: readonly Swept[];
  nodeNetns(node: string): string;
  panelNetns(node: string): string;
  podNetns(node: string, pod: string, namespace?: string): string;
  /** Pids of the living API and agents, by name. */
  pids(): Record<string, number | undefined>;
  /** kill -9; started again at once unless `restart` is false. */
  killAgent(node: string, options?: { restart?: boolean }): Promise<void>;
  startAgent(node: string): Promise<void>;
  /** `replica`: which one, by name; default the first. */
  killApi(options?: { restart?: boolean; replica?: string }): Promise<void>;
  startApi(replica?: string): Promise<void>;
  /** kill -9 of the etcd member that leads, started again at once; answers its name. Undefined without etcd. */
  killEtcdLeader: (() => Promise<string>) | undefined;
  /** Of each member of the lab's etcd: its name and client URL; none with the embedded store. */
  etcdMembers: readonly { name: string; url: string }[];
  /** kill -9 of a member; started again at once unless `restart` is false. */
  killEtcd(member: string, options?: { restart?: boolean }): Promise<void>;
  startEtcd(member: string): Promise<void>;
  /** Waits until every pod is Ready and every link as asked. */
  settle(options?: { namespace?: string; timeoutSeconds?: number }): Promise<void>;
  /** Removes everything. Calling it again waits for the first. */
  stop(): Promise<void>;
}

/**
 * Builds a cluster on this host and brings its topologies up.
 *
 * On failure nothing of it is left. Throws LabError where the user can mend it.
 */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  needParts();
  // Members remember each other's ports, and a lab takes free ones.
  if (options.store === "etcd" && options.dataDir !== undefined)
    throw new LabError("a lab with its own etcd keeps nothing: leave --data or --store etcd out");
  if ((options.replicas ?? 1) > 1 && options.store !== "etcd")
    throw new LabError("several replicas need a store that they can share: add --store etcd");
  const say = options.say ?? (() => {});
  const topologies = (options.topologies ?? []).map(loadTopology);
  const port = await choosePort(options.port);
  const { record, dir, swept } = await claimLab(options.name, options.nameBase ?? "demo", options.dataDir);
  for (const old of swept) {
    say(`removed what lab ${old.lab} had left: ${old.namespaces} namespaces, ${old.processes} processes`);
  }
  const running: Supervised[] = [];
  const fronts: Front[] = [];
  let bringing: Promise<Lab> | undefined;
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= stopAll(record, running, fronts, bringing));
  options.signal?.addEventListener("abort", () => void stop());
  const checkpoint = () => {
    if (stopping !== undefined || options.signal?.aborted) throw new LabError("interrupted");
  };
  try {
    bringing = bringUp(options, { record, dir, swept, port, topologies, say, running, fronts, stop, checkpoint });
    const lab = await bringing;
    checkpoint();
    return lab;
  } catch (error) {
    const wasTold = stopping !== undefined;
    await stop();
    throw wasTold ? new LabError("interrupted") : error;
  }
}

interface Start {
  record: RunRecord;
  dir: DataDir;
  swept: readonly Swept[];
  port: number;
  topologies: LoadedTopology[];
  say: (line: string) => void;
  running: Supervised[];
  fronts: Front[];
  stop: () => Promise<void>;
  /** Throws when the start was called off meanwhile. */
  checkpoint: () => void;
}

async function bringUp(options: LabOptions, start: Start): Promise<Lab> {
  const { record, dir, port, topologies, say, running, checkpoint } = start;
  const names = labNames(record.lab);
  const memory = readMemory(dir);
  const isReturning = memory !== undefined && topologies.length === 0;
  const known = isReturning ? memory.topologies.map(loadTopology) : topologies;
  const files = known.map((topology) => topology.labFile);
  const routing = chooseRouting(options.routing ?? "auto", files);
  const nodes = planUnderlay(chooseNodes(options.nodes, isReturning ? memory.nodes : undefined, known));

  prepareDataDir(
    dir,
    nodes.map((node) => node.name),
  );
  const installationId = memory?.installationId ?? newInstallationId();
  writeMemory(dir, {
    installationId,
    topologies: isReturning ? memory.topologies : (options.topologies ?? []).slice(),
    nodes: nodes.map(({ name, labels }) => ({ name, labels })),
  });
  const images: LabImages = { pods: {} };
  for (const file of files) Object.assign(images.pods, resolveLabFile(file, routing?.routing ?? "static").pods);
  const labImages = join(dir.path, "images.json");
  writeFileSync(labImages, JSON.stringify(images), { mode: 0o600 });

  // The name is ours now: what still carries it has lost its run file.
  await deleteNamespaces(namespacesWith(names.prefix));
  await buildUnderlay(names, nodes);
  checkpoint();
  say(`built ${nodes.length} nodes: ${nodes.map((node) => `${node.name} ${node.address}`).join(", ")}`);

  const onChange = () => {
    record.processes = running.map((item) => item.identity).filter((identity) => identity !== undefined);
    writeRun(record);
  };
  const etcd = options.store === "etcd" ? await startEtcd({ dir, say, onChange }, running) : undefined;
  checkpoint();
  const shared: Omit<ProcessContext, "sockets"> = {
    etcdEndpoints: etcd?.endpoints ?? [],
    names,
    dir,
    installationId,
    agentSocket: options.agentSocket,
    databaseUrl: options.databaseUrl,
    storeUrl: options.storeUrl,
    peerUrl: options.peerUrl,
    labImages,
    resyncSeconds: options.resyncSeconds,
    allowForeignSandboxes: options.allowForeignSandboxes ?? false,
    say,
    onChange,
  };
  const replicas = await replicasOf(options.replicas ?? 1, port, shared);
  if (replicas.front !== undefined) start.fronts.push(replicas.front);
  const apis = new Map(replicas.all.map(({ name, process }) => [name, process]));
  const context: ProcessContext = { ...shared, sockets: replicas.all.map(({ socket }) => socket) };
  const agents = new Map(nodes.map((node, index) => [node.name, agentProcess(context, node, index)]));
  running.push(...apis.values(), ...agents.values());
  checkpoint();
  // Together: an agent keeps dialling until the API is there.
  await Promise.all([...apis.values(), ...agents.values()].map((item) => item.start()));
  const url = `http://127.0.0.1:${port}`;
  record.url = url;
  writeRun(record);
  const client = new ApiClient(url);
  await waitForNodes(client, nodes.length, 20_000, checkpoint);
  const behind = replicas.front === undefined ? "" : ` before ${replicas.all.map((item) => item.url).join(", ")}`;
  say(`control plane at ${url}${behind}, ${nodes.length} agents connected`);

  const timeoutMs = (options.settleTimeoutSeconds ?? 60) * 1000;
  const settle = (namespace = "default", limitMs = timeoutMs) =>
    waitUntilSettled(client, namespace, limitMs, {
      checkpoint,
      onProgress: ({ podsReady, pods, linksUp, links }) =>
        say(`  pods ready ${podsReady}/${pods}, links up ${linksUp}/${links}`),
    });
  for (const topology of topologies) {
    say(`applying ${topology.title}`);
    await client.apply(topology.manifest);
  }
  if (topologies.length > 0 || isReturning) await settle();

  const agentOf = (node: string) => {
    const agent = agents.get(node);
    if (agent === undefined) throw new LabError(`no node ${node} in lab ${record.lab}`);
    return agent;
  };
  const apiOf = (replica = replicas.all[0]!.name) => {
    const api = apis.get(replica);
    if (api === undefined) throw new LabError(`no ${replica} in lab ${record.lab}`);
    return api;
  };
  const memberOf = (name: string) => {
    const member = etcd?.members.find((item) => item.name === name);
    if (member === undefined) throw new LabError(`no ${name} in lab ${record.lab}`);
    return member;
  };
  return {
    name: record.lab,
    url,
    socket: context.sockets[0]!,
    replicas: replicas.all.map((item) => ({ name: item.name, url: item.url })),
    dataDir: dir.path,
    installationId,
    nodes,
    names,
    api: client,
    routing,
    proofs: files.flatMap((file) => file.proofs),
    swept: start.swept,
    nodeNetns: (node) => netnsPath(names.node(node)),
    panelNetns: (node) => netnsPath(names.panel(node)),
    podNetns: (node, pod, namespace = "default") => netnsPath(names.pod(node, namespace, pod)),
    pids: () => Object.fromEntries(running.map((item) => [item.name, item.pid])),
    killAgent: (node, how) => agentOf(node).kill(how),
    startAgent: async (node) => void (await agentOf(node).start()),
    killApi: ({ replica, ...how } = {}) => apiOf(replica).kill(how),
    startApi: async (replica) => void (await apiOf(replica).start()),
    killEtcdLeader: etcd === undefined ? undefined : () => etcd.killLeader(),
    etcdMembers: (etcd?.members ?? []).map(({ name }, index) => ({ name, url: etcd!.endpoints[index]! })),
    killEtcd: (member, how) => memberOf(member).kill(how),
    startEtcd: async (member) => void (await memberOf(member).start()),
    settle: async ({ namespace, timeoutSeconds } = {}) =>
      void (await settle(namespace, timeoutSeconds === undefined ? timeoutMs : timeoutSeconds * 1000)),
    stop: start.stop,
  };
}

async function startEtcd(context: Parameters<typeof etcdMembers>[0], running: Supervised[]): Promise<EtcdMembers> {
  const etcd = await etcdMembers(context);
  running.push(...etcd.members);
  await Promise.all(etcd.members.map((member) => member.start()));
  context.say(`etcd at ${etcd.endpoints.join(", ")}`);
  return etcd;
}

function chooseNodes(
  count: number | undefined,
  remembered: readonly LabNode[] | undefined,
  topologies: readonly LoadedTopology[],
): LabNode[] {
  const named = new Map(topologies.flatMap(({ labFile }) => labFile.nodes ?? []).map((node) => [node.name, node]));
  if (named.has(RESERVED_NODE_NAME)) throw new LabError(`a lab node cannot be called ${RESERVED_NODE_NAME}`);
  if (count === undefined) return remembered?.slice() ?? (named.size > 0 ? [...named.values()] : defaultNodes(2));
  const nodes = [...named.values()];
  for (const node of defaultNodes(Math.max(count, named.size))) {
    if (nodes.length >= count) break;
    if (!named.has(node.name)) nodes.push(node);
  }
  return nodes;
}

async function stopAll(
  record: RunRecord,
  running: readonly Supervised[],
  fronts: readonly Front[],
  bringing: Promise<unknown> | undefined,
): Promise<void> {
  for (const front of fronts) front.close();
  // etcd last: an API that stops gives its lease back. And at once: the last of its members waits for the others.
  const isEtcd = (item: Supervised) => item.name.startsWith("etcd ");
  const stopProcesses = async () => {
    await Promise.all(running.filter((item) => !isEtcd(item)).map((item) => item.stop()));
    await Promise.all(running.filter(isEtcd).map((item) => item.kill({ restart: false })));
  };
  await stopProcesses();
  // A start that is called off ends by itself now that nobody answers it; what it still did goes as well.
  await bringing?.catch(() => {});
  for (const front of fronts) front.close();
  await stopProcesses();
  await sweepLab(record);
}
