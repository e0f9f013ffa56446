import { hash } from "node:crypto";
import { keys, type StreamDelete, type StreamFrame, type StreamItem } from "@ratchet/contracts";
import type { Gone, Mirror } from "../state/mirror.js";
import type { Pulse } from "../status/feed.js";
import type { Observer } from "../status/observer.js";
import { DeltaLog } from "./delta-log.js";

/** One connected reader. */
export interface Reader {
  /** Only objects of it, and nodes; undefined: everything. */
  namespace: string | undefined;
  send(text: string): void;
}

interface Change {
  item: StreamItem;
  text: string;
}

/** Sends readers what changed: whole objects, one delta for each turn of the event loop. */
export class StreamHub {
  readonly #mirror: Mirror;
  readonly #observer: Observer;
  readonly #awaySince: () => string | null;
  readonly #readers = new Set<Reader>();
  readonly #lastSent = new Map<string, string>();
  readonly #log: DeltaLog;
  #sequence = 0;

  constructor(mirror: Mirror, observer: Observer, awaySince: () => string | null = () => null) {
    this.#mirror = mirror;
    this.#observer = observer;
    this.#awaySince = awaySince;
    this.#log = new DeltaLog(mirror.revision);
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** Adds a reader and sends what it lacks: the changes since its revision, or everything. */
  join(reader: Reader, since: number | undefined): void {
    const missed = since === undefined ? undefined : this.#log.since(since, this.#mirror.revision);
    this.#readers.add(reader);
    reader.send(missed === undefined ? this.#snapshot(reader.namespace) : this.#catchUp(reader.namespace, missed));
  }

  leave(reader: Reader): void {
    this.#readers.delete(reader);
  }

  publish(pulse: Pulse): void {
    const pods = [...new Set([...pulse.pods, ...pulse.observedPods])];
    const links = [...pulse.links];
    const faults = [...pulse.faults];
    const nodes = [...pulse.nodes];
    if (pods.length + links.length + faults.length + nodes.length + pulse.gone.length === 0) return;
    this.#log.add({ revision: pulse.revision, pods, links, faults, nodes, gone: pulse.gone });
    if (this.#readers.size === 0) {
      this.#lastSent.clear();
      return;
    }
    const changed = this.#items({ pods, links, faults, nodes }).flatMap(({ key, item }) => this.#ifChanged(key, item));
    const deletes = this.#deletes(pulse.gone);
    if (changed.length + deletes.length === 0) return;
    this.#sequence++;
    this.#sendDelta(changed, deletes, pulse.actor);
  }

  /** Sends a frame that is no delta: an event, a layout. */
  broadcast(frame: StreamFrame, namespace: string | null): void {
    const text = JSON.stringify(frame);
    for (const reader of this.#readers) {
      if (namespace === null || reader.namespace === undefined || reader.namespace === namespace) reader.send(text);
    }
  }

  heartbeat(): void {
    const at = new Date().toISOString();
    const staleSince = this.#awaySince();
    const stale = staleSince === null ? {} : { staleSince };
    this.broadcast(
      { type: "heartbeat", at, revision: this.#mirror.revision, sequence: this.#sequence, ...stale },
      null,
    );
  }

  #sendDelta(changed: Change[], deletes: StreamDelete[], actor: string | undefined): void {
    const texts = new Map<string | undefined, string>();
    for (const reader of this.#readers) {
      const { namespace } = reader;
      let text = texts.get(namespace);
      if (text === undefined) {
        text = this.#deltaText(
          changed.filter(({ item }) => isIn(namespace, namespaceOf(item))).map((change) => change.text),
          deletes.filter((gone) => isIn(namespace, gone.namespace)),
          actor,
        );
        texts.set(namespace, text);
      }
      if (text !== "") reader.send(text);
    }
  }

  #deltaText(upserts: string[], deletes: StreamDelete[], actor: string | undefined): string {
    if (upserts.length + deletes.length === 0) return "";
    return this.#frameText(upserts, deletes, actor);
  }

  #frameText(upserts: string[], deletes: StreamDelete[], actor: string | undefined): string {
    const head = { type: "delta", revision: this.#mirror.revision, sequence: this.#sequence };
    const tail = { deletes, ...(actor === undefined ? {} : { actor }) };
    return `${JSON.stringify(head).slice(0, -1)},"upserts":[${upserts.join(",")}],${JSON.stringify(tail).slice(1)}`;
  }

  #snapshot(namespace: string | undefined): string {
    const { world, revision, storeId } = this.#mirror;
    const of = (kind: "pods" | "links" | "faults") =>
      namespace === undefined ? world.allKeys(kind) : world.keysIn(kind, namespace);
    const all = { pods: of("pods"), links: of("links"), faults: of("faults"), nodes: world.nodes };
    const items = this.#items(all).map(({ item }) => item);
    return JSON.stringify({
      type: "snapshot",
      storeId,
      revision,
      sequence: this.#sequence,
      items,
    } satisfies StreamFrame);
  }

  #catchUp(namespace: string | undefined, missed: NonNullable<ReturnType<DeltaLog["since"]>>): string {
    const upserts = this.#items(missed).filter(({ item }) => isIn(namespace, namespaceOf(item)));
    const deletes = this.#deletes(missed.gone).filter((gone) => isIn(namespace, gone.namespace));
    return this.#frameText(
      upserts.map(({ item }) => JSON.stringify(item)),
      deletes,
      undefined,
    );
  }

  #items(names: {
    pods: Iterable<string>;
    links: Iterable<string>;
    faults: Iterable<string>;
    nodes: Iterable<string>;
  }) {
    const items: { key: string; item: StreamItem }[] = [];
    const add = (key: string, item: StreamItem | undefined) => item !== undefined && items.push({ key, item });
    for (const name of names.nodes) add(keys.node(name), this.#observer.node(name));
    for (const key of names.pods) add(key, this.#observer.pod(key));
    for (const key of names.links) add(key, this.#observer.link(key));
    for (const key of names.faults) add(key, this.#observer.fault(key));
    return items;
  }

  #ifChanged(key: string, item: StreamItem): Change[] {
    const text = JSON.stringify(item);
    const digest = hash("sha1", text, "base64");
    if (this.#lastSent.get(key) === digest) return [];
    this.#lastSent.set(key, digest);
    return [{ item, text }];
  }

  // What was deleted and is there again is an upsert, not a delete.
  #deletes(gone: readonly Gone[]): StreamDelete[] {
    const last = new Map<string, Gone>();
    for (const item of gone) last.set(keyOf(item), item);
    const { world } = this.#mirror;
    return [...last].flatMap(([key, item]) => {
      this.#lastSent.delete(key);
      return world.entry(key) === undefined ? [{ ...item }] : [];
    });
  }
}

function keyOf({ kind, namespace, name }: Gone): string {
  if (kind === "Node") return keys.node(name);
  if (kind === "Fault") return keys.fault(namespace ?? "", name);
  return kind === "Pod" ? keys.pod(namespace ?? "", name) : keys.link(namespace ?? "", name);
}

function namespaceOf(item: StreamItem): string | null {
  return "namespace" in item.metadata ? item.metadata.namespace : null;
}

function isIn(wanted: string | undefined, namespace: string | null): boolean {
  return wanted === undefined || namespace === null || namespace === wanted;
}
