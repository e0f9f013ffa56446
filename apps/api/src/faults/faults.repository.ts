import { Inject, Injectable } from "@nestjs/common";
import type { Fault } from "@ratchet/contracts";
import { Core } from "../core.js";
import { ObjectRepository } from "../objects/object.repository.js";

@Injectable()
export class FaultsRepository extends ObjectRepository<Fault> {
  constructor(@Inject(Core) core: Core) {
    super(core, "Fault", "faults");
  }

  protected read(key: string): Fault | undefined {
    return this.core.observer.fault(key);
  }
}
