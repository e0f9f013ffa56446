import { type EtcdCluster, startEtcd } from "@ratchet/testkit";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { AgentStandIn } from "./agent-stand-in.js";
import { KubeApiServer } from "./kube-apiserver.js";
import { TestApi } from "./running-api.js";

// biome-ignore lint/suspicious/noExplicitAny: bodies are looked into freely
type Body = any;

/** The prototype's pair, as labels. */
export const PRIMARY = {
  ratchet: "true",
  "ratchet.pod_name": "primary-pod",
  "ratchet.primary": "true",
  "ratchet.pair_name": "pair-pod",
  "ratchet.local_ip": "192.168.2.100",
  "ratchet.local_ifname": "in1",
  "ratchet.pair_ip": "192.168.2.101",
  "ratchet.pair_ifname": "in2",
};
export const PAIR = { ratchet: "true", "ratchet.pod_name": "pair-pod", "ratchet.primary": "false" };

/** A link from the pod's `eth1` to `peer`, as its annotation. */
export const annotationTo = (peer: object) => ({
  "ratchet.network/links": JSON.stringify([{ interface: "eth1", addresses: ["10.0.0.1/24"], peer }]),
});

interface PodParts {
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  node?: string;
  readinessGates?: { conditionType: string }[];
  in?: string;
}

/** A real kube-apiserver, an API that watches it, and two agents that say of every pod what is asked of them. */
export class KubeWorld {
  readonly kube: KubeApiServer;
  readonly #etcd: EtcdCluster;
  api!: TestApi;
  left!: AgentStandIn;
  right!: AgentStandIn;
  namespace = "";
  #count = 0;

  static async start(): Promise<KubeWorld> {
    const etcd = await startEtcd();
    return new KubeWorld(etcd, await KubeApiServer.start(etcd.endpoints[0] ?? ""));
  }

  private constructor(etcd: EtcdCluster, kube: KubeApiServer) {
    this.#etcd = etcd;
    this.kube = kube;
  }

  /** A namespace that nothing is in, and a control plane that knows nothing. */
  async begin(): Promise<void> {
    this.namespace = `t${++this.#count}`;
    await this.kube.core.createNamespace({ body: { metadata: { name: this.namespace } } });
    this.api = await TestApi.start({ kubeconfig: this.kube.kubeconfig });
    await this.connectAgents();
  }

  async connectAgents(): Promise<void> {
    const { url } = this.api;
    this.left = await AgentStandIn.connect({ url, name: "left", vtepAddress: "10.9.0.1" });
    this.right = await AgentStandIn.connect({ url, name: "right", vtepAddress: "10.9.0.2" });
  }

  async end(): Promise<void> {
    await this.left?.kill();
    await this.right?.kill();
    await this.api?.stop();
    // What one test leaves would be another's pair.
    for (const namespace of [this.namespace, `${this.namespace}-b`])
      await this.kube.core.deleteCollectionNamespacedPod({ namespace, body: { gracePeriodSeconds: 0 } });
  }

  async close(): Promise<void> {
    await this.kube.close();
    await this.#etcd.close();
  }

  /** Answers its uid. */
  async createPod(name: string, parts: PodParts): Promise<string> {
    const { labels = {}, annotations = {}, node, readinessGates, in: namespace = this.namespace } = parts;
    const pod = await this.kube.core.createNamespacedPod({
      namespace,
      body: {
        metadata: { name, labels, annotations },
        spec: {
          containers: [{ name: "main", image: "none" }],
          ...(node === undefined ? {} : { nodeName: node }),
          ...(readinessGates === undefined ? {} : { readinessGates }),
        },
      },
    });
    return pod.metadata?.uid ?? "";
  }

  async createPair(): Promise<{ primary: string; pair: string }> {
    const primary = await this.createPod("primary-pod", { labels: PRIMARY, node: "left" });
    const pair = await this.createPod("pair-pod", { labels: PAIR, node: "right" });
    await this.api.until(this.linkPath("primary-pod-pair-pod"), isPhase("Up"));
    return { primary, pair };
  }

  deletePod(name: string) {
    return this.kube.core.deleteNamespacedPod({ name, namespace: this.namespace, gracePeriodSeconds: 0 });
  }

  /** `metadata`: entries to set, below `labels` and `annotations`. */
  patchPod(name: string, metadata: object) {
    return this.kube.core.patchNamespacedPod({
      name,
      namespace: this.namespace,
      body: Object.entries(metadata).flatMap(([part, entries]) =>
        Object.entries(entries as Record<string, string>).map(([key, value]) => ({
          op: "add",
          path: `/metadata/${part}/${key.replaceAll("/", "~1")}`,
          value,
        })),
      ),
    });
  }

  async eventsOf(pod: string) {
    const { items } = await this.kube.core.listNamespacedEvent({ namespace: this.namespace });
    return items
      .filter((event) => event.involvedObject.name === pod)
      .map(({ reason, message, type }) => ({ reason, message, type }));
  }

  linkPath(name: string): string {
    return `/api/v1/namespaces/${this.namespace}/links/${name}`;
  }

  podPath(name: string): string {
    return `/api/v1/namespaces/${this.namespace}/pods/${name}`;
  }
}

/** One kube-apiserver for the file, a namespace and a control plane for each test. */
export function useKubeWorld(): () => KubeWorld {
  let world: KubeWorld;
  beforeAll(async () => {
    world = await KubeWorld.start();
  }, 90_000);
  afterAll(() => world?.close());
  beforeEach(() => world.begin());
  afterEach(() => world.end());
  return () => world;
}

export const isPhase = (phase: string) => (body: Body) => body.status?.phase === phase;
export const isGone = (body: Body) => body.code === "NotFound";

export async function eventually<T>(read: () => Promise<T>, is: (value: T) => boolean, withinMs = 60_000): Promise<T> {
  const endMs = Date.now() + withinMs;
  for (;;) {
    const value = await read();
    if (is(value)) return value;
    if (Date.now() > endMs) throw new Error(`stayed ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
