import { Inject, Injectable } from "@nestjs/common";
import type { Pod } from "@ratchet/contracts";
import { Core } from "../core.js";
import { ObjectRepository } from "../objects/object.repository.js";

@Injectable()
export class PodsRepository extends ObjectRepository<Pod> {
  constructor(@Inject(Core) core: Core) {
    super(core, "Pod", "pods");
  }

  protected read(key: string): Pod | undefined {
    return this.core.observer.pod(key);
  }
}
