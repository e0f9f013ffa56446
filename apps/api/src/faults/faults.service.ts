import { Inject, Injectable } from "@nestjs/common";
import { type Fault, FaultInput, type HealResult, keys } from "@ratchet/contracts";
import { Core } from "../core.js";
import { ObjectService } from "../objects/object.service.js";
import type { FaultEdit } from "../plan/stage.js";
import type { Draft } from "../state/draft.js";
import { existing, type Request } from "../state/intents.js";
import type { FaultRecord } from "../state/records.js";
import { endOf } from "./fault-end.js";
import { FaultsRepository } from "./faults.repository.js";

@Injectable()
export class FaultsService extends ObjectService<Fault, "Fault"> {
  constructor(@Inject(Core) core: Core, @Inject(FaultsRepository) faults: FaultsRepository) {
    super(core, faults, "Fault", FaultInput);
  }

  /** Ending what has ended changes nothing. @throws ProblemError NotFound, Stale */
  async heal(namespace: string, name: string, request: Request): Promise<Fault> {
    await this.core.intents.run(request, (draft) => {
      existing(draft, "Fault", namespace, name, request.ifMatch);
      return { result: undefined, edits: healed(draft, [keys.fault(namespace, name)]) };
    });
    return this.objects.get(namespace, name);
  }

  /** Ends every running fault, of one namespace or of all, in one transaction. */
  async healAll(namespace: string | undefined, request: Request): Promise<HealResult> {
    const { world } = this.core.mirror;
    const { result, revision } = await this.core.intents.run(request, (draft) => {
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
