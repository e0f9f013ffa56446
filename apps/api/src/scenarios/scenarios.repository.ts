import { Inject, Injectable } from "@nestjs/common";
import { API_VERSION, type Scenario } from "@ratchet/contracts";
import { Core } from "../core.js";
import { ObjectRepository } from "../objects/object.repository.js";
import { metadataOf } from "../state/documents.js";
import type { ScenarioRecord } from "../state/records.js";

@Injectable()
export class ScenariosRepository extends ObjectRepository<Scenario> {
  constructor(@Inject(Core) core: Core) {
    super(core, "Scenario", "scenarios");
  }

  protected read(key: string): Scenario | undefined {
    const held = this.core.mirror.world.entry<ScenarioRecord>(key);
    if (held === undefined) return undefined;
    const metadata = metadataOf(held.data, held.modRevision);
    return { apiVersion: API_VERSION, kind: "Scenario", metadata, spec: held.data.spec };
  }
}
