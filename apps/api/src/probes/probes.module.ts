import { Module } from "@nestjs/common";
import { ProbesController } from "./probes.controller.js";
import { ProbesService } from "./probes.service.js";

@Module({ controllers: [ProbesController], providers: [ProbesService] })
export class ProbesModule {}
