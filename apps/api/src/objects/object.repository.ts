import { keys, type List, type ListQuery } from "@ratchet/contracts";
import type { Core } from "../core.js";
import { type Listable, listPage } from "../http/list-query.js";
import { notFound } from "../http/problem-error.js";
import type { IntentKind } from "../state/intents.js";

/** How the world calls the objects of a kind. */
export type Collection = "pods" | "links" | "faults" | "scenarios";

/** Reads the objects of one kind as a client sees them: what is asked for and what was observed. */
export abstract class ObjectRepository<T extends Listable> {
  protected readonly core: Core;
  readonly #kind: IntentKind;
  readonly #collection: Collection;

  constructor(core: Core, kind: IntentKind, collection: Collection) {
    this.core = core;
    this.#kind = kind;
    this.#collection = collection;
  }

  protected abstract read(key: string): T | undefined;

  /** @throws ProblemError NotFound */
  get(namespace: string, name: string): T {
    const object = this.read(keys[this.#collection](namespace) + name);
    if (object === undefined) throw notFound(this.#kind, namespace, name);
    return object;
  }

  list(namespace: string, query: ListQuery): List<T> {
    const { world, revision } = this.core.mirror;
    const prefix = keys[this.#collection](namespace);
    const names = [...world.keysIn(this.#collection, namespace)].map((key) => key.slice(prefix.length));
    return listPage(this.#kind, names, (name) => this.read(prefix + name), query, revision);
  }
}
