import { Inject, Injectable } from "@nestjs/common";
import { type Pod, PodInput } from "@ratchet/contracts";
import { Core } from "../core.js";
import { ObjectService } from "../objects/object.service.js";
import type { Request } from "../state/intents.js";
import { PodsRepository } from "./pods.repository.js";

@Injectable()
export class PodsService extends ObjectService<Pod, "Pod"> {
  constructor(@Inject(Core) core: Core, @Inject(PodsRepository) pods: PodsRepository) {
    super(core, pods, "Pod", PodInput);
  }

  /** Ends a managed pod: its namespace and programs go, and it stays Gone until restarted. */
  async kill(namespace: string, name: string, request: Request): Promise<Pod> {
    await this.core.runs.kill(namespace, name, request);
    return this.objects.get(namespace, name);
  }

  /** Gives a managed pod a fresh namespace, whether it runs or not. */
  async restart(namespace: string, name: string, request: Request): Promise<Pod> {
    await this.core.runs.restart(namespace, name, request);
    return this.objects.get(namespace, name);
  }
}
