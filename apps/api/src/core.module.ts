import { type DynamicModule, Module } from "@nestjs/common";
import { AgentsGateway } from "./agents/agents.gateway.js";
import { AgentsService } from "./agents/agents.service.js";
import { Core } from "./core.js";
import { API_INFO, type ApiInfo } from "./docs/api-info.js";
import { Metrics } from "./metrics/metrics.js";
import { PeersGateway } from "./replicas/peers.gateway.js";
import { StreamGateway } from "./stream/stream.gateway.js";
import { VERSION } from "./version.js";

@Module({})
class CoreModule {}

/** Gives every module the running control plane. */
export function coreModule(core: Core, metrics: Metrics): DynamicModule {
  return {
    module: CoreModule,
    global: true,
    providers: [
      { provide: Core, useValue: core },
      { provide: AgentsService, useValue: core.agents },
      { provide: Metrics, useValue: metrics },
      { provide: API_INFO, useValue: { version: VERSION } satisfies ApiInfo },
      AgentsGateway,
      PeersGateway,
      StreamGateway,
    ],
    exports: [Core, Metrics, API_INFO],
  };
}
