import { StoreError } from "../store-error.js";
import type { Cluster } from "./cluster.js";
import type { Layout } from "./layout.js";
import { isCompactedAnswer, isRpcError, storeErrorOf } from "./rpc-error.js";

/** Knows what the cluster has forgotten. etcd tells it only to a watch that asks for what is gone. */
export class Compactions {
  readonly #cluster: Cluster;
  readonly #layout: Layout;
  #known = 0;

  constructor(cluster: Cluster, layout: Layout) {
    this.#cluster = cluster;
    this.#layout = layout;
  }

  /** The revision that the cluster was last compacted at; 0 when never. */
  async revision(): Promise<number> {
    // etcd reads at the revision it was compacted at, but not below.
    const [isKept, isBelowKept] = await Promise.all([this.#isKept(this.#known), this.#isKept(this.#known - 1)]);
    if (isKept && !isBelowKept) return this.#known;
    if (isKept && this.#known <= 1) return 0;
    this.#known = await this.#ask();
    return this.#known;
  }

  /** @throws StoreError FutureRevision */
  async compact(revision: number): Promise<void> {
    if (revision === 0) return;
    try {
      await this.#cluster.call("compact", { revision });
    } catch (error) {
      if (isCompactedAnswer(error)) return;
      throw isRpcError(error) ? storeErrorOf(error) : error;
    }
  }

  async #isKept(revision: number): Promise<boolean> {
    try {
      await this.#cluster.call("range", { key: this.#layout.id, revision: Math.max(1, revision) });
      return true;
    } catch (error) {
      if (isCompactedAnswer(error)) return false;
      throw isRpcError(error) ? storeErrorOf(error) : error;
    }
  }

  async #ask(): Promise<number> {
    const { stream, member } = await this.#cluster.watch();
    try {
      return await new Promise<number>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error("no answer")), 5_000);
        stream.on("error", reject);
        stream.on("close", () => clearTimeout(timer));
        stream.on("data", ({ compactRevision }) => {
          if (Number(compactRevision) > 0) resolve(Number(compactRevision));
        });
        stream.write({ createRequest: { key: this.#layout.id, startRevision: 1 } });
      });
    } catch (error) {
      this.#cluster.failed(member, error);
      throw new StoreError("Unavailable", "etcd does not say what it has compacted", { cause: error });
    } finally {
      stream.on("error", () => {});
      stream.cancel();
    }
  }
}
