import { Inject, Injectable } from "@nestjs/common";
import { type Fault, FaultInput, type HealResult, keys } from "@ratchet/contracts";
import { parseObject } from "../admission/parse-object.js";
import { Core } from "../core.js";
import { mergePatch } from "../http/merge-patch.js";
import type { FaultEdit } from "../plan/stage.js";
import { documentOf } from "../state/documents.js";
import type { Draft } from "../state/draft.js";
import { existing, type Request } from "../state/intents.js";
import type { FaultRecord } from "../state/records.js";
import { endOf } from "./fault-end.js";
import { FaultsRepository } from "./faults.repository.js";

/** Begins, changes and ends faults. Each answers the fault as it is afterwards. */
@Injectable()
export class FaultsService {
  readonly #core: Core;
  readonly #faults: FaultsRepository;

  constructor(@Inject(Core) core: Core, @Inject(FaultsRepository) faults: FaultsRepository) {
    this.#core = core;
    this.#faults = faults;
  }

  async create(namespace: string, body: unknown, request: Request): Promise<Fault> {
    const input = parseObject(FaultInput, body, { namespace });
    await this.#core.intents.create(namespace, { kind: "Fault", input }, request);
    return this.#faults.get(namespace, input.metadata.name);
  }

  async replace(namespace: string, name: string, body: unknown, request: Request): Promise<Fault> {
    const input = parseObject(FaultInput, body, { namespace, name });
    await this.#core.intents.update("Fault", namespace, name, request, () => ({ kind: "Fault", input }));
    return this.#faults.get(namespace, name);
  }

  async patch(namespace: string, name: string, patch: unknown, request: Request): Promise<Fault> {
    await this.#core.intents.update("Fault", namespace, name, request, ({ data, modRevision }) => {
      const merged = mergePatch(documentOf("Fault", data, modRevision), patch);
      return { kind: "Fault", input: parseObject(FaultInput, merged, { namespace, name }) };
    });
    return this.#faults.get(namespace, name);
  }

  /** Ends it and forgets it; answers it as it was. */
  async remove(namespace: string, name: string, request: Request): Promise<Fault> {
    const fault = this.#faults.get(namespace, name);
    await this.#core.intents.remove("Fault", namespace, name, request);
    return fault;
  }

  /** Ending what has ended changes nothing. @throws ProblemError NotFound, Stale */
  async heal(namespace: string, name: string, request: Request): Promise<Fault> {
    await this.#core.intents.run(request, (draft) => {
      existing(draft, "Fault", namespace, name, request.ifMatch);
      return { result: undefined, edits: healed(draft, [keys.fault(namespace, name)]) };
    });
    return this.#faults.get(namespace, name);
  }

  /** Ends every running fault, of one namespace or of all, in one transaction. */
  async healAll(namespace: string | undefined, request: Request): Promise<HealResult> {
    const { world } = this.#core.mirror;
    const { result, revision } = await this.#core.intents.run(request, (draft) => {
      const edits = healed(
        draft,
        namespace === undefined ? world.allKeys("faults") : world.keysIn("faults", namespace),
      );
      return { result: edits, edits };
    });
    const names = result.flatMap(({ before }) => before ?? []);
    return { revision, healed: names.map((fault) => ({ namespace: fault.namespace, name: fault.name })) };
  }
}

function healed(draft: Draft, faultKeys: Iterable<string>): FaultEdit[] {
  const now = new Date().toISOString();
  return [...faultKeys].sort().flatMap((key) => {
    const record = draft.stored<FaultRecord>(key)?.data;
    return record === undefined || record.end !== null ? [] : [endOf(key, record, "healed", now)];
  });
}
