import { Module } from "@nestjs/common";
import { PodsController } from "./pods.controller.js";
import { PodsRepository } from "./pods.repository.js";
import { PodsService } from "./pods.service.js";

@Module({ controllers: [PodsController], providers: [PodsRepository, PodsService] })
export class PodsModule {}
