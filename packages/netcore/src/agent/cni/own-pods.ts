import { setTimeout as delay } from "node:timers/promises";
import { type WatchedPod, WatchedPodEvent, WatchedPodList } from "@ratchet/contracts";
import { Backoff } from "../backoff.js";
import type { Log } from "../log.js";
import { KubeClient, KubeError } from "./kube-client.js";
import { type KubePod, type KubePods, toKubePod } from "./kube-pod.js";

const PATH = "/api/v1/pods";
const GONE = 410;
// The server ends a watch after this long; it is resumed where it ended.
const WATCH_SECONDS = 300;

/**
 * Follows this node's pods in Kubernetes: one list, then a watch from there on. A watch that ends is resumed at the
 * last version seen, one whose version has expired (410) begins with a list again. Nothing polls, and while the API is
 * away what it said last holds.
 */
export class OwnPods implements KubePods {
  private readonly pods = new Map<string, KubePod>();
  private readonly ended = new AbortController();
  private readonly backoff = new Backoff(50, 5_000);
  private version: string | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly node: string,
    private readonly changed: (namespace: string, name: string) => void,
    private readonly log: Log,
    /** False: the prototype's labels do not count. */
    private readonly usesLabels = true,
  ) {}

  get(namespace: string, name: string): KubePod | undefined {
    return this.pods.get(`${namespace}/${name}`);
  }

  all(): Iterable<KubePod> {
    return this.pods.values();
  }

  /** Rejects when the kubeconfig cannot be used; afterwards everything is tried again for ever. */
  async start(kubeconfig: string): Promise<void> {
    const client = await KubeClient.load(kubeconfig);
    this.running = this.follow(client);
  }

  async stop(): Promise<void> {
    this.ended.abort();
    await this.running;
  }

  private async follow(client: KubeClient): Promise<void> {
    const { signal } = this.ended;
    while (!signal.aborted) {
      try {
        this.version ??= await this.list(client);
        await this.watch(client, this.version);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof KubeError && error.status === GONE) this.version = undefined;
        this.log("warn", "lost the watch of this node's pods; taken up again", { error: (error as Error).message });
      }
      await delay(this.backoff.next(), undefined, { signal }).catch(() => undefined);
    }
  }

  private async list(client: KubeClient): Promise<string> {
    const { metadata, items } = WatchedPodList.parse(await client.get(PATH, this.query(), this.ended.signal));
    const named = new Set(items.map((item) => keyOf(item.metadata)));
    for (const [key, pod] of this.pods) {
      if (named.has(key)) continue;
      this.pods.delete(key);
      this.changed(pod.namespace, pod.name);
    }
    for (const item of items) this.put(item);
    return metadata.resourceVersion;
  }

  private async watch(client: KubeClient, resourceVersion: string): Promise<void> {
    const query = {
      watch: "true",
      allowWatchBookmarks: "true",
      timeoutSeconds: String(WATCH_SECONDS),
      resourceVersion,
    };
    for await (const line of client.lines(PATH, { ...this.query(), ...query }, this.ended.signal)) {
      const event = WatchedPodEvent.parse(line);
      if (event.type === "ERROR") throw new KubeError(event.object.code ?? 0, event.object.message ?? "watch failed");
      this.backoff.reset();
      this.version = event.object.metadata.resourceVersion;
      if (event.type === "DELETED") this.remove(event.object);
      else if (event.type !== "BOOKMARK") this.put(event.object);
    }
  }

  private put(raw: WatchedPod): void {
    const key = keyOf(raw.metadata);
    const fresh = toKubePod(raw, this.usesLabels);
    // A pod's status changes often, and none of that is kept here.
    if (JSON.stringify(this.pods.get(key)) === JSON.stringify(fresh)) return;
    this.pods.set(key, fresh);
    this.changed(fresh.namespace, fresh.name);
  }

  private remove({ metadata }: WatchedPod): void {
    const key = keyOf(metadata);
    if (this.pods.get(key)?.uid !== metadata.uid) return;
    this.pods.delete(key);
    this.changed(metadata.namespace, metadata.name);
  }

  private query(): Record<string, string> {
    return { fieldSelector: `spec.nodeName=${this.node}` };
  }
}

function keyOf({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}
