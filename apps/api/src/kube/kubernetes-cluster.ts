import { createHash } from "node:crypto";
import { CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions, type V1Pod, Watch } from "@kubernetes/client-node";
import { LINKS_READY_GATE } from "@ratchet/contracts";
import type { Cluster, PodAnnouncement, PodEvent, PodList } from "./cluster.js";
import type { RawPod } from "./kube-pod.js";

const PAGE = 500;
/** The server closes the watch after this long; it is then taken up again where it ended. */
const WATCH_SECONDS = 300;
/** Bookmarks come about every minute: a connection silent for longer is dead. */
const SILENCE_MS = 90_000;
const COMPONENT = "ratchet";
const IN_CLUSTER = "in-cluster";

/** Reaches the cluster that a kubeconfig file names, or the one this process runs in. Nothing limits the rate of requests. */
export class KubernetesCluster implements Cluster {
  readonly #config = new KubeConfig();
  readonly #core: CoreV1Api;
  /** How often an Event was announced, by its name. */
  readonly #counts = new Map<string, number>();

  /** `kubeconfig`: path of the file, or `in-cluster`. @throws when it cannot be read */
  constructor(kubeconfig: string) {
    if (kubeconfig === IN_CLUSTER) this.#config.loadFromCluster();
    else this.#config.loadFromFile(kubeconfig);
    this.#core = this.#config.makeApiClient(CoreV1Api);
  }

  async listPods(signal: AbortSignal): Promise<PodList> {
    const pods: RawPod[] = [];
    let next: string | undefined;
    for (;;) {
      signal.throwIfAborted();
      const page = await this.#core.listPodForAllNamespaces({
        limit: PAGE,
        ...(next === undefined ? {} : { _continue: next }),
      });
      pods.push(...page.items.map(asRaw));
      next = page.metadata?._continue || undefined;
      if (next === undefined) return { pods, resourceVersion: page.metadata?.resourceVersion ?? "" };
    }
  }

  async watchPods(fromVersion: string, onEvent: (event: PodEvent) => void, signal: AbortSignal): Promise<void> {
    const watch = new Watch(this.#config);
    // The package's own limit of 30 s is shorter than the pause between two bookmarks.
    Object.assign(watch, { requestTimeoutMs: SILENCE_MS });
    const query = { allowWatchBookmarks: true, resourceVersion: fromVersion, timeoutSeconds: WATCH_SECONDS };
    await new Promise<void>((resolve, reject) => {
      const take = (type: string, object: unknown) => onEvent({ type, object } as PodEvent);
      const done = (error: unknown) => (error == null || signal.aborted ? resolve() : reject(error as Error));
      watch.watch("/api/v1/pods", query, take, done).then((controller) => {
        if (signal.aborted) controller.abort();
        signal.addEventListener("abort", () => controller.abort(), { once: true });
      }, reject);
    });
  }

  async announce({ pod, type, reason, message }: PodAnnouncement): Promise<void> {
    const { namespace, name, uid } = pod;
    const digest = createHash("sha256").update(`${uid} ${reason} ${message}`).digest("hex").slice(0, 16);
    const eventName = `${name.slice(0, 200)}.${digest}`;
    const now = new Date();
    try {
      await this.#core.createNamespacedEvent({
        namespace,
        body: {
          metadata: { name: eventName, namespace },
          involvedObject: { apiVersion: "v1", kind: "Pod", namespace, name, uid },
          type,
          reason,
          // The API server refuses more than 1,024 bytes.
          message: message.slice(0, 1000),
          source: { component: COMPONENT },
          reportingComponent: COMPONENT,
          firstTimestamp: now,
          lastTimestamp: now,
          count: 1,
        },
      });
      this.#counts.set(eventName, 1);
    } catch (error) {
      if (codeOf(error) !== 409) throw error;
      const count = (this.#counts.get(eventName) ?? 1) + 1;
      this.#counts.set(eventName, count);
      await this.#core.patchNamespacedEvent(
        { namespace, name: eventName, body: { count, lastTimestamp: now.toISOString() } },
        setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
      );
    }
  }

  async setGate({ namespace, name, uid }: PodAnnouncement["pod"], isReady: boolean, message: string): Promise<void> {
    const condition = {
      type: LINKS_READY_GATE,
      status: isReady ? "True" : "False",
      reason: isReady ? "LinksUp" : "LinksWaiting",
      message,
      lastTransitionTime: new Date().toISOString(),
    };
    try {
      // The uid makes it a conflict when the pod has been replaced meanwhile.
      await this.#core.patchNamespacedPodStatus(
        { namespace, name, body: { metadata: { uid }, status: { conditions: [condition] } } },
        setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch),
      );
    } catch (error) {
      if (codeOf(error) !== 404 && codeOf(error) !== 409) throw error;
    }
  }
}

function asRaw(pod: V1Pod): RawPod {
  return pod as RawPod;
}

/** HTTP status of a failed request, if it got as far as an answer. */
export function codeOf(error: unknown): number | undefined {
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  const found = statusCode ?? code;
  return typeof found === "number" ? found : undefined;
}
