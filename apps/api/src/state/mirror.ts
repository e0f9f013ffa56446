import { type Change, KEY_ROOT, keys } from "@ratchet/contracts";
import type { Logger } from "../logger.js";
import type { Store, Watch, WatchEvent } from "../store/store.js";
import { isCompacted } from "../store/store-error.js";
import { readRecord } from "./read-record.js";
import type { LinkRecord, SubnetRecord, VniRecord } from "./records.js";
import { linkOfChoice, podKeysOfLink } from "./wired-link.js";
import { World } from "./world.js";

/** An object that ceased to be. */
export interface Gone {
  kind: "Pod" | "Link" | "Fault" | "Node";
  namespace: string | null;
  name: string;
  uid: string;
}

/** What one revision of the store touched, by store key. Derived objects are included: a VNI touches its link. */
export interface Touched {
  revision: number;
  /** Pods whose own record, binding or run changed. */
  pods: Set<string>;
  /** Pods that a changed link ends at, or ended at. */
  ends: Set<string>;
  links: Set<string>;
  faults: Set<string>;
  /** Runs of scenarios, gone ones too. */
  scenarioRuns: Set<string>;
  nodes: Set<string>;
  vnis: Set<number>;
  /** Keys about replicas: which there are, which leads, and which holds which agent. */
  members: Set<string>;
  /** Whether what is allocated from changed. */
  pools: boolean;
  gone: Gone[];
  /** Who asked for it; absent when nobody did. */
  actor: string | undefined;
}

type Listener = (touched: Touched) => void;

/** A watch says at once what others changed; what it does not say by then has to be asked for. */
const ASK_AFTER_MS = 50;

/**
 * The store in memory, kept up by watching it.
 *
 * Listeners hear of each revision once and in order. After a loss of history everything is listed
 * anew, and they hear of the difference.
 */
export class Mirror {
  readonly world = new World();
  readonly #store: Store;
  readonly #log: Logger;
  readonly #listeners: Listener[] = [];
  readonly #waiting: { revision: number; resolve: () => void }[] = [];
  readonly #stopped = new AbortController();
  #revision = 0;
  #isFollowing = false;
  #watch: Watch | undefined;

  constructor(store: Store, log: Logger) {
    this.#store = store;
    this.#log = log;
  }

  get storeId(): string {
    return this.#store.storeId;
  }

  /** The newest revision that `world` shows. */
  get revision(): number {
    return this.#revision;
  }

  /** False while the store does not answer: what `world` shows may be old. */
  get isFollowing(): boolean {
    return this.#isFollowing;
  }

  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Lists everything and resolves when it is followed; goes on in the background until stop(). */
  async start(): Promise<void> {
    await this.#list();
    await new Promise<void>((resolve) => void this.#follow(resolve));
  }

  stop(): void {
    this.#stopped.abort();
    for (const waiting of this.#waiting.splice(0)) waiting.resolve();
  }

  /** Resolves with true when `world` shows at least this revision, with false when it does not within `withinMs`. */
  reached(revision: number, withinMs: number): Promise<boolean> {
    if (this.#revision >= revision || this.#stopped.signal.aborted) return Promise.resolve(true);
    return new Promise((resolve) => {
      // A revision may show the mirror nothing: what changed lies elsewhere, or the lease of a key ended.
      const ask = setTimeout(() => this.#watch?.requestProgress(), ASK_AFTER_MS);
      const waiting = { revision, resolve: () => end(true) };
      const end = (isReached: boolean) => {
        clearTimeout(ask);
        clearTimeout(limit);
        resolve(isReached);
      };
      const limit = setTimeout(() => {
        const index = this.#waiting.indexOf(waiting);
        if (index >= 0) this.#waiting.splice(index, 1);
        end(false);
      }, withinMs);
      this.#waiting.push(waiting);
    });
  }

  async #list(): Promise<void> {
    const { revision, entries } = await this.#store.range(KEY_ROOT);
    const touched = nothing(revision);
    const present = new Set<string>();
    for (const entry of entries) {
      if (entry.key.startsWith(keys.outbox())) continue;
      present.add(entry.key);
      if (this.world.entry(entry.key)?.modRevision === entry.modRevision) continue;
      this.#put(entry.key, entry.value, entry.modRevision, touched);
    }
    for (const key of [...this.world.keys()]) if (!present.has(key)) this.#delete(key, touched);
    this.#advance(touched);
  }

  async #follow(onFollowing: () => void): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        const watch = await this.#store.watch(KEY_ROOT, { fromRevision: this.#revision + 1, signal });
        this.#isFollowing = true;
        onFollowing();
        this.#watch = watch;
        // Whoever began to wait while there was no watch.
        if (this.#waiting.length > 0) watch.requestProgress();
        for await (const batch of watch) this.#apply(batch.revision, batch.events);
      } catch (error) {
        if (signal.aborted) return;
        this.#isFollowing = false;
        this.#log.warn({ err: error }, "lost the watch of the store, listing anew");
        if (!isCompacted(error)) await new Promise((resolve) => setTimeout(resolve, 200));
        await this.#list().catch((err: unknown) => this.#log.error({ err }, "cannot list the store"));
      }
    }
  }

  #apply(revision: number, events: readonly WatchEvent[]): void {
    const touched = nothing(revision);
    for (const event of events) {
      if (event.key.startsWith(keys.outbox())) {
        if (event.type === "put") touched.actor = actorOf(event.value);
      } else if (event.type === "put") {
        this.#put(event.key, event.value, event.revision, touched);
      } else {
        this.#delete(event.key, touched);
      }
    }
    this.#advance(touched);
  }

  #put(key: string, value: string, modRevision: number, touched: Touched): void {
    const record = readRecord(key, value);
    if ("problem" in record) {
      // Somebody else wrote it. It stays in the store, and counts as not there.
      this.#log.error({ key, problem: record.problem }, "a value of the store cannot be read, and is left out");
      this.#delete(key, touched);
      return;
    }
    this.#touch(key, touched);
    this.world.put(key, record.data, modRevision);
    this.#touch(key, touched);
  }

  #delete(key: string, touched: Touched): void {
    const gone = this.#goneOf(key);
    if (gone !== undefined) touched.gone.push(gone);
    this.#touch(key, touched);
    this.world.delete(key);
  }

  #advance(touched: Touched): void {
    this.#revision = Math.max(this.#revision, touched.revision);
    for (const listener of this.#listeners) listener(touched);
    for (let index = this.#waiting.length - 1; index >= 0; index--) {
      const waiting = this.#waiting[index];
      if (waiting === undefined || waiting.revision > this.#revision) continue;
      this.#waiting.splice(index, 1);
      waiting.resolve();
    }
  }

  /** Called before and after a write, so that what an object left is touched as well as what it went to. */
  #touch(key: string, touched: Touched): void {
    if (key.startsWith(keys.pods())) {
      this.#touchPod(key, touched);
    } else if (key.startsWith(keys.links()) || key.startsWith(keys.choices())) {
      const linkKey = key.startsWith(keys.links()) ? key : linkOfChoice(key);
      touched.links.add(linkKey);
      const link = this.world.wired(linkKey);
      if (link !== undefined) for (const podKey of podKeysOfLink(link)) touched.ends.add(podKey);
    } else if (key.startsWith(keys.faults())) {
      touched.faults.add(key);
    } else if (key.startsWith(keys.scenarioRuns())) {
      touched.scenarioRuns.add(key);
    } else if (key.startsWith(keys.bindings())) {
      this.#touchPod(keys.pods() + key.slice(keys.bindings().length), touched);
    } else if (key.startsWith(keys.runs())) {
      this.#touchPod(keys.pods() + key.slice(keys.runs().length), touched);
    } else if (key.startsWith(keys.nodes())) {
      touched.nodes.add(key.slice(keys.nodes().length));
    } else if (key.startsWith(keys.vnis())) {
      const record = this.world.entry<VniRecord>(key)?.data;
      if (record === undefined) return;
      touched.vnis.add(record.vni);
      touched.links.add(keys.link(record.namespace, record.link));
    } else if (key === keys.leader() || key.startsWith(keys.replicas()) || key.startsWith(keys.agents())) {
      touched.members.add(key);
    } else if (key.startsWith(keys.subnets())) {
      const record = this.world.entry<SubnetRecord>(key)?.data;
      if (record !== undefined) touched.links.add(keys.link(record.namespace, record.link));
    } else if (key.startsWith(keys.pools())) {
      touched.pools = true;
    }
  }

  #touchPod(key: string, touched: Touched): void {
    touched.pods.add(key);
    for (const link of this.world.linksOfPod(key)) touched.links.add(link);
    const node = this.world.nodeOf(key);
    if (node !== null) touched.nodes.add(node);
  }

  #goneOf(key: string): Gone | undefined {
    const kind = intentKindOf(key);
    if (kind !== undefined) {
      const record = this.world.entry<LinkRecord>(key)?.data;
      return record && { kind, namespace: record.namespace, name: record.name, uid: record.uid };
    }
    if (!key.startsWith(keys.nodes())) return undefined;
    const node = this.world.node(key.slice(keys.nodes().length))?.data;
    return node && { kind: "Node", namespace: null, name: node.name, uid: node.uid };
  }
}

function actorOf(change: string): string | undefined {
  try {
    const { actor } = JSON.parse(change) as Partial<Change>;
    return typeof actor === "string" ? actor : undefined;
  } catch {
    return undefined;
  }
}

function intentKindOf(key: string): "Pod" | "Link" | "Fault" | undefined {
  if (key.startsWith(keys.pods())) return "Pod";
  if (key.startsWith(keys.links())) return "Link";
  return key.startsWith(keys.faults()) ? "Fault" : undefined;
}

function nothing(revision: number): Touched {
  return {
    revision,
    pods: new Set(),
    ends: new Set(),
    links: new Set(),
    faults: new Set(),
    scenarioRuns: new Set(),
    nodes: new Set(),
    vnis: new Set(),
    members: new Set(),
    pools: false,
    gone: [],
    actor: undefined,
  };
}
