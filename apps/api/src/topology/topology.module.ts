import { Module } from "@nestjs/common";
import { TopologyController } from "./topology.controller.js";

@Module({ controllers: [TopologyController] })
export class TopologyModule {}
