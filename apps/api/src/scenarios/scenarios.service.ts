import { Inject, Injectable } from "@nestjs/common";
import { type Scenario, ScenarioInput } from "@ratchet/contracts";
import { Core } from "../core.js";
import { ObjectService } from "../objects/object.service.js";
import { ScenariosRepository } from "./scenarios.repository.js";

/** Keeps scenarios. That a scenario is kept says nothing about whether it can run now: see admit-run. */
@Injectable()
export class ScenariosService extends ObjectService<Scenario, "Scenario"> {
  constructor(@Inject(Core) core: Core, @Inject(ScenariosRepository) scenarios: ScenariosRepository) {
    super(core, scenarios, "Scenario", ScenarioInput);
  }
}
