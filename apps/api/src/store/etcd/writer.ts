import { randomUUID } from "node:crypto";
import type { Cluster } from "./cluster.js";
import type { Layout } from "./layout.js";
import { type Compare, GREATER, VERSION } from "./messages.js";
import { grantOnce, randomLease } from "./once.js";

/** Tells everybody that somebody is at work on what carries this id, for as long as the process lives. */
export class Writer {
  readonly id = randomUUID();
  readonly lease = randomLease();
  readonly #cluster: Cluster;
  readonly #key: Buffer;
  #timer: NodeJS.Timeout | undefined;

  private constructor(cluster: Cluster, layout: Layout) {
    this.#cluster = cluster;
    this.#key = layout.writer(this.id);
  }

  static async begin(cluster: Cluster, layout: Layout, ttlSeconds: number): Promise<Writer> {
    const writer = new Writer(cluster, layout);
    await grantOnce(cluster, writer.lease, ttlSeconds);
    await cluster.call("txn", {
      compare: [],
      success: [{ requestPut: { key: writer.#key, value: Buffer.of(), lease: writer.lease } }],
      failure: [],
    });
    const keep = () => void cluster.call("keepAlive", { id: writer.lease }).catch(() => {});
    writer.#timer = setInterval(keep, (ttlSeconds * 1_000) / 4);
    return writer;
  }

  /** Holds while nobody else may take this writer for dead. */
  get isPresent(): Compare {
    return { key: this.#key, result: GREATER, target: VERSION, version: 0 };
  }

  /** Takes back the lock too, when it is held. What etcd does not hear now, the lease does later. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#cluster.call("revoke", { id: this.lease }).catch(() => {});
  }
}
