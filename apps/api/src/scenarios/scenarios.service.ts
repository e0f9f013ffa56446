import { Inject, Injectable } from "@nestjs/common";
import { API_VERSION, keys, type List, type ListQuery, type Scenario, ScenarioInput } from "@ratchet/contracts";
import { parseObject } from "../admission/parse-object.js";
import { Core } from "../core.js";
import { listPage } from "../http/list-query.js";
import { mergePatch } from "../http/merge-patch.js";
import { notFound } from "../http/problem-error.js";
import { documentOf, metadataOf } from "../state/documents.js";
import type { Request } from "../state/intents.js";
import type { ScenarioRecord } from "../state/records.js";

/** Keeps scenarios. That a scenario is kept says nothing about whether it can run now: see admit-run. */
@Injectable()
export class ScenariosService {
  readonly #core: Core;

  constructor(@Inject(Core) core: Core) {
    this.#core = core;
  }

  /** @throws ProblemError NotFound */
  get(namespace: string, name: string): Scenario {
    const held = this.#core.mirror.world.entry<ScenarioRecord>(keys.scenario(namespace, name));
    if (held === undefined) throw notFound("Scenario", namespace, name);
    const metadata = metadataOf(held.data, held.modRevision);
    return { apiVersion: API_VERSION, kind: "Scenario", metadata, spec: held.data.spec };
  }

  list(namespace: string, query: ListQuery): List<Scenario> {
    const { mirror } = this.#core;
    const prefix = keys.scenarios(namespace);
    const names = [...mirror.world.keysIn("scenarios", namespace)].map((key) => key.slice(prefix.length));
    return listPage("Scenario", names, (name) => this.get(namespace, name), query, mirror.revision);
  }

  async create(namespace: string, body: unknown, request: Request): Promise<Scenario> {
    const input = parseObject(ScenarioInput, body, { namespace });
    await this.#core.intents.create(namespace, { kind: "Scenario", input }, request);
    return this.get(namespace, input.metadata.name);
  }

  async replace(namespace: string, name: string, body: unknown, request: Request): Promise<Scenario> {
    const input = parseObject(ScenarioInput, body, { namespace, name });
    await this.#core.intents.update("Scenario", namespace, name, request, () => ({ kind: "Scenario", input }));
    return this.get(namespace, name);
  }

  async patch(namespace: string, name: string, patch: unknown, request: Request): Promise<Scenario> {
    await this.#core.intents.update("Scenario", namespace, name, request, ({ data, modRevision }) => {
      const merged = mergePatch(documentOf("Scenario", data, modRevision), patch);
      return { kind: "Scenario", input: parseObject(ScenarioInput, merged, { namespace, name }) };
    });
    return this.get(namespace, name);
  }

  /** Answers it as it was. Its runs stay. */
  async remove(namespace: string, name: string, request: Request): Promise<Scenario> {
    const scenario = this.get(namespace, name);
    await this.#core.intents.remove("Scenario", namespace, name, request);
    return scenario;
  }
}
