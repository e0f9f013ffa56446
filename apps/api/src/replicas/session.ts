import type { Logger } from "../logger.js";
import type { Store } from "../store/store.js";
import { StoreError } from "../store/store-error.js";

/** etcd takes half a second more to end a lease; a replica that hangs is missed for this long. */
const DEFAULT_TTL_SECONDS = 5;
const RENEWALS_PER_TTL = 3;
const REVOKE_WITHIN_MS = 1000;

/**
 * The lease under which a replica says that it is there. Kept alive until stop(); when the store has ended it, another
 * one begins.
 *
 * It counts as over by this process's own clock, from before the last renewal was sent: never later than the store's.
 */
export class Session {
  readonly #store: Store;
  readonly #log: Logger;
  readonly #ttlSeconds: number;
  readonly #listeners: (() => void)[] = [];
  readonly #stop = new AbortController();
  #lease: string | undefined;
  #validUntilMs = 0;
  #overTimer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(store: Store, log: Logger, ttlSeconds = DEFAULT_TTL_SECONDS) {
    this.#store = store;
    this.#log = log;
    this.#ttlSeconds = ttlSeconds;
  }

  /** The lease; undefined while it may be over. */
  get lease(): string | undefined {
    return performance.now() < this.#validUntilMs ? this.#lease : undefined;
  }

  /** Called when a lease has begun, may be over, or is sure again. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends the lease, and with it every key put under it, at once. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    clearTimeout(this.#overTimer);
    this.#validUntilMs = 0;
    const lease = this.#lease;
    this.#lease = undefined;
    if (lease === undefined) return;
    // When the store is away the lease ends by itself.
    const late = new AbortController();
    await Promise.race([this.#store.revoke(lease).catch(() => {}), pause(REVOKE_WITHIN_MS, late.signal)]);
    late.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#renew().catch((err: unknown) => {
        if (!signal.aborted) this.#log.warn({ err }, "cannot renew this replica's lease, trying again");
      });
      await pause((this.#ttlSeconds * 1000) / RENEWALS_PER_TTL, signal);
    }
  }

  async #renew(): Promise<void> {
    const askedMs = performance.now();
    const wasSure = this.lease !== undefined;
    let { id, ttlSeconds } = { id: this.#lease, ttlSeconds: 0 };
    if (id !== undefined) ttlSeconds = (await this.#kept(id)) ?? 0;
    if (id === undefined || ttlSeconds === 0) {
      ({ id, ttlSeconds } = await this.#store.grant(this.#ttlSeconds));
    }
    const isAnother = id !== this.#lease;
    this.#lease = id;
    this.#validUntilMs = askedMs + ttlSeconds * 1000;
    clearTimeout(this.#overTimer);
    this.#overTimer = setTimeout(() => this.#tell(), Math.max(0, this.#validUntilMs - performance.now())).unref();
    if (isAnother || !wasSure) this.#tell();
  }

  /** Undefined: the store has ended it. */
  async #kept(id: string): Promise<number | undefined> {
    try {
      return (await this.#store.keepAlive(id)).ttlSeconds;
    } catch (error) {
      if (error instanceof StoreError && error.code === "LeaseNotFound") return undefined;
      throw error;
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, delayMs);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
