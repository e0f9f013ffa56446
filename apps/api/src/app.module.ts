import { type DynamicModule, Module } from "@nestjs/common";
import type { Core } from "./core.js";
import { coreModule } from "./core.module.js";
import { LinksModule } from "./links/links.module.js";
import { NodesModule } from "./nodes/nodes.module.js";
import { PodsModule } from "./pods/pods.module.js";

@Module({})
class AppModule {}

/** Every door of the API, on top of the control plane. */
export function appModule(core: Core): DynamicModule {
  return { module: AppModule, imports: [coreModule(core), NodesModule, PodsModule, LinksModule] };
}
