import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  agentCniFlags,
  BUSYBOX_IMAGE,
  findKubePrograms,
  type KubeCluster,
  KubeProgramsMissing,
  ratchetCni,
  startKubeCluster,
} from "@ratchet/kube-cluster";
import { ApiClient } from "../api-client.js";
import { choosePort } from "../free-port.js";
import { deleteNamespaces } from "../host/namespaces.js";
import { LabError } from "../lab-error.js";
import type { LabOptions } from "../lab-options.js";
import type { Supervised } from "../process/supervised.js";
import { needParts, needShim, parts } from "../repository.js";
import { type ChosenRouting, chooseRouting } from "../topology/choose-routing.js";
import { loadTopology } from "../topology/load-topology.js";
import { waitForNodes, waitUntilSettled } from "../topology/settle.js";
import { kubePods } from "./kube-pods.js";
import { kubeAgentProcess, kubeApiProcess, panelOf } from "./kube-processes.js";

export interface KubeLabOptions extends Pick<LabOptions, "port" | "routing" | "say" | "signal"> {
  /** Labelled pods: an example's file or a path. */
  topology: string;
}

/** A real Kubernetes of two nodes on this host, its pods wired by Ratchet's CNI plugin. */
export interface KubeLab {
  cluster: KubeCluster;
  url: string;
  api: ApiClient;
  routing: ChosenRouting | undefined;
  /** The manifests that were applied. */
  pods: readonly object[];
  podNames: readonly string[];
  panelNetns(node: string): string;
  /** Waits until every pod is Ready and every link as asked. */
  settle(timeoutMs?: number): Promise<void>;
  stop(): Promise<void>;
}

const SETTLE_MS = 60_000;
const AGENTS_MS = 20_000;

/**
 * Starts Kubernetes, the control plane and an agent per node, and applies the topology as `kubectl apply` does.
 *
 * On failure nothing of it is left. Throws LabError where the user can mend it.
 */
export async function startKubeLab(options: KubeLabOptions): Promise<KubeLab> {
  needParts();
  needShim();
  needKubernetes();
  const say = options.say ?? (() => {});
  const loaded = loadTopology(options.topology);
  const routing = chooseRouting(options.routing ?? "auto", [loaded.labFile]);
  const pods = kubePods(options.topology, BUSYBOX_IMAGE, routing?.routing ?? "static");
  const port = await choosePort(options.port);

  say("starting Kubernetes: etcd, kube-apiserver, controllers, scheduler, two nodes with containerd and kubelet");
  const { signal } = options;
  const cluster = await startKubeCluster({ cniConf: ratchetCni(parts.shim), say, ...(signal && { signal }) }).catch(
    (error: unknown) => {
      throw signal?.aborted ? new LabError("interrupted") : error;
    },
  );
  const running: Supervised[] = [];
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= stopAll(cluster, running));
  signal?.addEventListener("abort", () => void stop());
  const checkpoint = () => {
    if (signal?.aborted) throw new LabError("interrupted");
  };
  try {
    const folder = join(cluster.path, "ratchet");
    mkdirSync(folder);
    const context = { cluster, folder, socket: join(folder, "api.sock"), port, say };
    const apiProcess = kubeApiProcess(context);
    running.push(apiProcess);
    const { url } = (await apiProcess.start()) as { url: string };
    const api = new ApiClient(url);
    for (const node of cluster.nodes) {
      const agent = kubeAgentProcess(context, node, agentCniFlags(node));
      running.push(agent);
      await agent.start();
    }
    await waitForNodes(api, cluster.nodes.length, AGENTS_MS, checkpoint);
    say(`Ratchet runs on ${cluster.nodes.map(({ name }) => name).join(" and ")}; page and API at ${url}`);
    checkpoint();
    const podNames = pods.map((pod) => (pod as { metadata: { name: string } }).metadata.name);
    const settle = async (timeoutMs = SETTLE_MS) => {
      await cluster.waitPodsReady(podNames, { withinSeconds: timeoutMs / 1000 });
      await waitUntilSettled(api, "default", timeoutMs, { checkpoint });
    };
    await cluster.apply(pods);
    say(`kubectl apply: ${podNames.join(", ")}`);
    await settle();
    return {
      ...{ cluster, url, api, routing, pods, podNames, settle, stop },
      panelNetns: (node) => `/run/netns/${panelOf(cluster.node(node))}`,
    };
  } catch (error) {
    await stop();
    throw signal?.aborted ? new LabError("interrupted") : error;
  }
}

/** Says what is missing before anything is started. */
function needKubernetes(): void {
  try {
    findKubePrograms();
  } catch (error) {
    if (error instanceof KubeProgramsMissing) throw new LabError(error.message);
    throw error;
  }
}

async function stopAll(cluster: KubeCluster, running: readonly Supervised[]): Promise<void> {
  await Promise.all(running.map((item) => item.stop()));
  await deleteNamespaces(cluster.nodes.map((node) => panelOf(node)));
  await cluster.stop();
}
