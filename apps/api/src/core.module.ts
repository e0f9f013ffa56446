import { type DynamicModule, Module } from "@nestjs/common";
import { AgentsGateway } from "./agents/agents.gateway.js";
import { AgentsService } from "./agents/agents.service.js";
import { Core } from "./core.js";
import { StreamGateway } from "./stream/stream.gateway.js";

@Module({})
class CoreModule {}

/** Gives every module the running control plane. */
export function coreModule(core: Core): DynamicModule {
  return {
    module: CoreModule,
    global: true,
    providers: [
      { provide: Core, useValue: core },
      { provide: AgentsService, useValue: core.agents },
      AgentsGateway,
      StreamGateway,
    ],
    exports: [Core],
  };
}
