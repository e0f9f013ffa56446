import type { Logger } from "../logger.js";
import type { Cluster, PodEvent } from "./cluster.js";
import type { RawPod } from "./kube-pod.js";

const FIRST_DELAY_MS = 50;
const MAX_DELAY_MS = 2_000;
const GONE = 410;

/** What a follower of the cluster's pods hears. */
export interface PodListener {
  /** Everything there is: what is not in it is gone. */
  listed(pods: readonly RawPod[]): void;
  changed(pod: RawPod): void;
  deleted(pod: RawPod): void;
}

/**
 * Follows the pods of a cluster: one list, then a watch from there on. A watch that ends is resumed
 * at the last version seen; one whose version has expired begins with a list again. Nothing polls.
 */
export class PodWatch {
  readonly #cluster: Cluster;
  readonly #listener: PodListener;
  readonly #log: Logger;
  readonly #stopped = new AbortController();
  #version: string | undefined;
  #running: Promise<void> | undefined;

  constructor(cluster: Cluster, listener: PodListener, log: Logger) {
    this.#cluster = cluster;
    this.#listener = listener;
    this.#log = log;
  }

  start(): void {
    this.#running ??= this.#follow();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopped;
    let delayMs = FIRST_DELAY_MS;
    while (!signal.aborted) {
      try {
        this.#version ??= await this.#list(signal);
        await this.#cluster.watchPods(
          this.#version,
          (event) => {
            delayMs = FIRST_DELAY_MS;
            this.#take(event);
          },
          signal,
        );
      } catch (error) {
        if (signal.aborted) return;
        if ((error as { statusCode?: unknown }).statusCode === GONE) this.#version = undefined;
        this.#log.warn({ err: error, delayMs }, "lost the watch of the cluster's pods, taking it up again");
      }
      await pause(delayMs, signal);
      delayMs = Math.min(delayMs * 2, MAX_DELAY_MS);
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { pods, resourceVersion } = await this.#cluster.listPods(signal);
    this.#listener.listed(pods);
    return resourceVersion;
  }

  #take(event: PodEvent): void {
    if (event.type === "ERROR") {
      // Expired in the middle of a watch; anything else ends it too, and is met again at the next.
      if (event.object.code === GONE) this.#version = undefined;
      return;
    }
    const version = event.object.metadata?.resourceVersion;
    if (version !== undefined && this.#version !== undefined) this.#version = version;
    if (event.type === "DELETED") this.#listener.deleted(event.object);
    else if (event.type !== "BOOKMARK") this.#listener.changed(event.object);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done, { once: true });
  });
}
