import { Controller, Inject } from "@nestjs/common";
import type { Scenario } from "@ratchet/contracts";
import { ObjectController } from "../objects/object.controller.js";
import { ScenariosRepository } from "./scenarios.repository.js";
import { ScenariosService } from "./scenarios.service.js";

@Controller("api/v1/namespaces/:namespace/scenarios")
export class ScenariosController extends ObjectController<Scenario, "Scenario"> {
  constructor(
    @Inject(ScenariosRepository) scenarios: ScenariosRepository,
    @Inject(ScenariosService) service: ScenariosService,
  ) {
    super(scenarios, service);
  }
}
