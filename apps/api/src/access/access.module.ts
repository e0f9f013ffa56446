import { type DynamicModule, Module } from "@nestjs/common";
import { Gate } from "./gate.js";
import { SessionController } from "./session.controller.js";

@Module({})
class AccessModule {}

/** The gate, for every module, and its own door. */
export function accessModule(gate: Gate): DynamicModule {
  return {
    module: AccessModule,
    global: true,
    controllers: [SessionController],
    providers: [{ provide: Gate, useValue: gate }],
    exports: [Gate],
  };
}
