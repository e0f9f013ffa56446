import { Inject, Injectable } from "@nestjs/common";
import { keys, type Pod, PodInput } from "@ratchet/contracts";
import { parseObject } from "../admission/parse-object.js";
import { Core } from "../core.js";
import { mergePatch } from "../http/merge-patch.js";
import { notFound } from "../http/problem-error.js";
import { documentOf } from "../state/documents.js";
import type { Request } from "../state/intents.js";

/** Changes pods. Each answers the pod as it is afterwards. */
@Injectable()
export class PodsService {
  readonly #core: Core;

  constructor(@Inject(Core) core: Core) {
    this.#core = core;
  }

  async create(namespace: string, body: unknown, request: Request): Promise<Pod> {
    const input = parseObject(PodInput, body, { namespace });
    await this.#core.intents.create(namespace, { kind: "Pod", input }, request);
    return this.#read(namespace, input.metadata.name);
  }

  async replace(namespace: string, name: string, body: unknown, request: Request): Promise<Pod> {
    const input = parseObject(PodInput, body, { namespace, name });
    await this.#core.intents.update("Pod", namespace, name, request, () => ({ kind: "Pod", input }));
    return this.#read(namespace, name);
  }

  async patch(namespace: string, name: string, patch: unknown, request: Request): Promise<Pod> {
    await this.#core.intents.update("Pod", namespace, name, request, ({ data, modRevision }) => {
      const merged = mergePatch(documentOf("Pod", data, modRevision), patch);
      return { kind: "Pod", input: parseObject(PodInput, merged, { namespace, name }) };
    });
    return this.#read(namespace, name);
  }

  /** Ends a managed pod: its namespace and programs go, and it stays Gone until restarted. */
  async kill(namespace: string, name: string, request: Request): Promise<Pod> {
    await this.#core.runs.kill(namespace, name, request);
    return this.#read(namespace, name);
  }

  /** Gives a managed pod a fresh namespace, whether it runs or not. */
  async restart(namespace: string, name: string, request: Request): Promise<Pod> {
    await this.#core.runs.restart(namespace, name, request);
    return this.#read(namespace, name);
  }

  /** Answers the pod as it was. */
  async remove(namespace: string, name: string, request: Request): Promise<Pod> {
    const pod = this.#core.observer.pod(keys.pod(namespace, name));
    if (pod === undefined) throw notFound("Pod", namespace, name);
    await this.#core.intents.remove("Pod", namespace, name, request);
    return pod;
  }

  #read(namespace: string, name: string): Pod {
    const pod = this.#core.observer.pod(keys.pod(namespace, name));
    // Somebody deleted it between the commit and this answer.
    if (pod === undefined) throw notFound("Pod", namespace, name);
    return pod;
  }
}
