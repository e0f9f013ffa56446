import type { RangeRequest } from "./messages.js";

/**
 * Where things lie below the prefix. `v/` is what watches follow, so that the order of everything that decides what is
 * visible is the order of one etcd watch; the rest is private to writers.
 */
export class Layout {
  readonly id: Buffer;
  /** Held while a large transaction is prepared: its writer's id. */
  readonly lock: Buffer;
  /** Names the large transaction that is being folded in. */
  readonly gate: Buffer;
  /** What the newest fold carried out. */
  readonly step: Buffer;
  readonly compaction: Buffer;
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
    this.id = Buffer.from(`${prefix}id`);
    this.lock = Buffer.from(`${prefix}lock`);
    this.compaction = Buffer.from(`${prefix}compaction`);
    this.gate = Buffer.from(`${prefix}v/gate`);
    this.step = Buffer.from(`${prefix}v/step`);
  }

  key(key: string): Buffer {
    return Buffer.from(`${this.#prefix}v/key/${key}`);
  }

  /** The key of the store that an etcd key stands for; undefined for the store's own. */
  nameOf(key: Buffer): string | undefined {
    const name = key.toString();
    const start = `${this.#prefix}v/key/`;
    return name.startsWith(start) ? name.slice(start.length) : undefined;
  }

  mark(session: string, slot: number): Buffer {
    return Buffer.from(`${this.#prefix}v/mark/${session}/${slot}`);
  }

  /** A key for as long as the writer is alive. */
  writer(id: string): Buffer {
    return Buffer.from(`${this.#prefix}writer/${id}`);
  }

  chunk(id: string, n: number): Buffer {
    return Buffer.from(`${this.#prefix}stage/${id}/${String(n).padStart(6, "0")}`);
  }

  piece(id: string, n: number): Buffer {
    return Buffer.from(`${this.#prefix}blob/${id}/${String(n).padStart(6, "0")}`);
  }

  entries(prefix: string): { key: Buffer; rangeEnd: Buffer } {
    return under(this.key(prefix));
  }

  get visible() {
    return under(Buffer.from(`${this.#prefix}v/`));
  }

  stages(id = "") {
    return under(Buffer.from(`${this.#prefix}stage/${id === "" ? "" : `${id}/`}`));
  }

  blobs(id = "") {
    return under(Buffer.from(`${this.#prefix}blob/${id === "" ? "" : `${id}/`}`));
  }

  /** Asks for the newest transaction's mark. */
  get newestMark(): RangeRequest {
    return { ...under(Buffer.from(`${this.#prefix}v/mark/`)), limit: 1, keysOnly: true, sortOrder: 2, sortTarget: 3 };
  }
}

/** etcd's range of the keys that begin with these bytes. No UTF-8 ends in 0xff, so the last byte can be raised. */
function under(key: Buffer): { key: Buffer; rangeEnd: Buffer } {
  const rangeEnd = Buffer.from(key);
  rangeEnd[rangeEnd.length - 1]! += 1;
  return { key, rangeEnd };
}
