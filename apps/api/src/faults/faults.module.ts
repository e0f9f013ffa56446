import { Module } from "@nestjs/common";
import { FaultsController } from "./faults.controller.js";
import { FaultsRepository } from "./faults.repository.js";
import { FaultsService } from "./faults.service.js";
import { HealController } from "./heal.controller.js";

@Module({ controllers: [FaultsController, HealController], providers: [FaultsRepository, FaultsService] })
export class FaultsModule {}
