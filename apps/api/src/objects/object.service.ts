import type { z } from "zod";
import { type Address, parseObject } from "../admission/parse-object.js";
import type { Core } from "../core.js";
import type { Listable } from "../http/list-query.js";
import { mergePatch } from "../http/merge-patch.js";
import { documentOf } from "../state/documents.js";
import type { Input, IntentKind, Request } from "../state/intents.js";
import type { ObjectRepository } from "./object.repository.js";

type InputOf<K extends IntentKind> = Extract<Input, { kind: K }>;

/** Changes the objects of one kind. Every change answers the object as it is afterwards. */
export abstract class ObjectService<T extends Listable, K extends IntentKind> {
  protected readonly core: Core;
  protected readonly objects: ObjectRepository<T>;
  readonly #kind: K;
  readonly #schema: z.ZodType<InputOf<K>["input"]>;

  constructor(core: Core, objects: ObjectRepository<T>, kind: K, schema: z.ZodType<InputOf<K>["input"]>) {
    this.core = core;
    this.objects = objects;
    this.#kind = kind;
    this.#schema = schema;
  }

  async create(namespace: string, body: unknown, request: Request): Promise<T> {
    const object = this.#parse(body, { namespace });
    await this.core.intents.create(namespace, object, request);
    return this.objects.get(namespace, object.input.metadata.name);
  }

  async replace(namespace: string, name: string, body: unknown, request: Request): Promise<T> {
    const object = this.#parse(body, { namespace, name });
    await this.core.intents.update(this.#kind, namespace, name, request, () => object);
    return this.objects.get(namespace, name);
  }

  async patch(namespace: string, name: string, patch: unknown, request: Request): Promise<T> {
    await this.core.intents.update(this.#kind, namespace, name, request, ({ data, modRevision }) => {
      const merged = mergePatch(documentOf(this.#kind, data, modRevision), patch);
      return this.#parse(merged, { namespace, name });
    });
    return this.objects.get(namespace, name);
  }

  /** Answers the object as it was. */
  async remove(namespace: string, name: string, request: Request): Promise<T> {
    const object = this.objects.get(namespace, name);
    await this.core.intents.remove(this.#kind, namespace, name, request);
    return object;
  }

  #parse(body: unknown, address: Address): InputOf<K> {
    return { kind: this.#kind, input: parseObject(this.#schema, body, address) } as unknown as InputOf<K>;
  }
}
