import { type DynamicModule, Module } from "@nestjs/common";
import { accessModule } from "./access/access.module.js";
import type { Gate } from "./access/gate.js";
import { ApplyModule } from "./apply/apply.module.js";
import { BackupModule } from "./backup/backup.module.js";
import { ChangesModule } from "./changes/changes.module.js";
import type { Core } from "./core.js";
import { coreModule } from "./core.module.js";
import { DocsModule } from "./docs/docs.module.js";
import { DoctorModule } from "./doctor/doctor.module.js";
import { EventsModule } from "./events/events.module.js";
import { FaultsModule } from "./faults/faults.module.js";
import { HealthModule } from "./health/health.module.js";
import { LayoutsModule } from "./layouts/layouts.module.js";
import { LinksModule } from "./links/links.module.js";
import type { Metrics } from "./metrics/metrics.js";
import { MetricsModule } from "./metrics/metrics.module.js";
import { NamespacesModule } from "./namespaces/namespaces.module.js";
import { NodesModule } from "./nodes/nodes.module.js";
import { PodsModule } from "./pods/pods.module.js";
import { PoolsModule } from "./pools/pools.module.js";
import { ProbesModule } from "./probes/probes.module.js";
import { RunsModule } from "./runs/runs.module.js";
import { ScenariosModule } from "./scenarios/scenarios.module.js";
import { TelemetryModule } from "./telemetry/telemetry.module.js";
import { TopologyModule } from "./topology/topology.module.js";
import { UnbuiltModule } from "./unbuilt/unbuilt.module.js";

@Module({})
class AppModule {}

const AREAS = [
  ApplyModule,
  BackupModule,
  ChangesModule,
  DocsModule,
  DoctorModule,
  EventsModule,
  FaultsModule,
  HealthModule,
  LayoutsModule,
  LinksModule,
  MetricsModule,
  NamespacesModule,
  NodesModule,
  PodsModule,
  PoolsModule,
  ProbesModule,
  RunsModule,
  ScenariosModule,
  TelemetryModule,
  TopologyModule,
  UnbuiltModule,
];

/** Every door of the API, on top of the control plane. */
export function appModule(core: Core, metrics: Metrics, gate: Gate): DynamicModule {
  return { module: AppModule, imports: [accessModule(gate), coreModule(core, metrics), ...AREAS] };
}
