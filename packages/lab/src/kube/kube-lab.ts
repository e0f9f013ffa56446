import {
  agentCniFlags,
  BUSYBOX_IMAGE,
  findKubePrograms,
  type KubeCluster,
  KubeProgramsMissing,
  ratchetCni,
  startKubeCluster,
} from "@ratchet/kube-cluster";
import type { ApiClient } from "../api-client.js";
import { choosePort } from "../free-port.js";
import { LabError } from "../lab-error.js";
import type { LabOptions } from "../lab-options.js";
import { needShim, parts } from "../repository.js";
import { type ChosenRouting, chooseRouting } from "../topology/choose-routing.js";
import { loadTopology } from "../topology/load-topology.js";
import { waitUntilSettled } from "../topology/settle.js";
import { kubePods } from "./kube-pods.js";
import { type KubeRatchet, startKubeRatchet } from "./kube-ratchet.js";

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

const SETTLE_MS = 120_000;

/**
 * Starts Kubernetes, the control plane and an agent per node, and applies the topology as `kubectl apply` does.
 *
 * On failure nothing of it is left. Throws LabError where the user can mend it.
 */
export async function startKubeLab(options: KubeLabOptions): Promise<KubeLab> {
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
  let ratchet: KubeRatchet | undefined;
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= stopAll(cluster, ratchet));
  signal?.addEventListener("abort", () => void stop());
  const checkpoint = () => {
    if (signal?.aborted) throw new LabError("interrupted");
  };
  try {
    ratchet = await startKubeRatchet(cluster, {
      ...{ port, say, checkpoint, agentFlags: agentCniFlags },
      apiFlags: ["--kubeconfig", cluster.kubeconfigs.controlPlane],
    });
    const { url, api, panelOf } = ratchet;
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

async function stopAll(cluster: KubeCluster, ratchet: KubeRatchet | undefined): Promise<void> {
  await ratchet?.stop();
  await cluster.stop();
}
