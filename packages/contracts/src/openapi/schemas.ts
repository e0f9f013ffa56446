import { z } from "zod";
import { Session, SessionRequest } from "../access/session.js";
import { PingRequest, PingResult } from "../agent/methods/ping.js";
import { TraceRequest, TraceResult } from "../agent/methods/trace.js";
import { ApplyResult } from "../api/apply.js";
import { Backup, RestoreResult } from "../api/backup.js";
import { Change } from "../api/change.js";
import { DoctorReport } from "../api/doctor.js";
import { HealResult } from "../api/heal.js";
import { Layout } from "../api/layout.js";
import { listOf } from "../api/list.js";
import { Pools, PoolsInput } from "../api/pools.js";
import { Problem } from "../api/problem.js";
import { RerouteRequest } from "../api/reroute.js";
import { RunComparison, RunSeries } from "../api/run.js";
import { StreamFrame } from "../api/stream.js";
import { LinkTelemetry } from "../api/telemetry.js";
import { Topology } from "../api/topology.js";
import { Event } from "../resources/event.js";
import { Fault, FaultInput } from "../resources/fault.js";
import { Endpoint, Link, LinkInput, PodEndpoint, SelectorEndpoint } from "../resources/link.js";
import { API_VERSION } from "../resources/metadata.js";
import { Node } from "../resources/node.js";
import { Pod, PodInput } from "../resources/pod.js";
import { Run, RunInput } from "../resources/run.js";
import { Scenario, ScenarioInput } from "../resources/scenario.js";

const Namespace = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("Namespace"),
  metadata: z.object({ name: z.string() }),
});

/** What clients send: transforms are described by what they take. */
const INPUTS = {
  PodInput,
  LinkInput,
  FaultInput,
  ScenarioInput,
  RunInput,
  RerouteRequest,
  PingRequest,
  TraceRequest,
  Layout,
  PoolsInput,
  SessionRequest,
};

/** What the server answers. */
const OUTPUTS = {
  Node,
  Pod,
  Link,
  Fault,
  Scenario,
  Run,
  RunSeries,
  RunComparison,
  HealResult,
  Topology,
  Change,
  Event,
  Problem,
  ApplyResult,
  PingResult,
  TraceResult,
  LinkTelemetry,
  Pools,
  DoctorReport,
  Backup,
  RestoreResult,
  Session,
  StreamFrame,
  NodeList: listOf("Node", Node),
  PodList: listOf("Pod", Pod),
  LinkList: listOf("Link", Link),
  FaultList: listOf("Fault", Fault),
  ScenarioList: listOf("Scenario", Scenario),
  RunList: listOf("Run", Run),
  ChangeList: listOf("Change", Change),
  EventList: listOf("Event", Event),
  NamespaceList: listOf("Namespace", Namespace),
};
export type SchemaName = keyof typeof INPUTS | keyof typeof OUTPUTS;

/** Every named shape as JSON Schema 2020-12, which is what OpenAPI 3.1 uses. */
export function componentSchemas(): Record<SchemaName, object> {
  return { ...convert(INPUTS, "input"), ...convert(OUTPUTS, "output") } as Record<SchemaName, object>;
}

function convert(schemas: Record<string, z.ZodType>, io: "input" | "output"): Record<string, object> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      const { $schema: _, ...json } = z.toJSONSchema(schema, {
        io,
        unrepresentable: "any",
        reused: "inline",
        override: ({ zodSchema, jsonSchema }) => {
          // Endpoint chooses its form by hand, which no schema language can follow; these two are built.
          if (zodSchema !== Endpoint) return;
          Object.assign(jsonSchema, { anyOf: [PodEndpoint, SelectorEndpoint].map((form) => bare(form, io)) });
        },
      });
      return [name, json];
    }),
  );
}

function bare(schema: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: "any", reused: "inline" });
  return json;
}
