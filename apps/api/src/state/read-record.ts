import {
  AUTO_ADDRESSES,
  FAULT_ENDINGS,
  FAULT_MAX_SECONDS,
  FaultAction,
  FaultTarget,
  keys,
  PathPart,
  PodInterface,
  Route,
  RunStatus,
  Sandbox,
  ScenarioSpec,
  TRANSPORTS,
} from "@ratchet/contracts";
import { z } from "zod";

const text = z.string();
const texts = z.record(text, text);
const intent = { uid: text, namespace: text, name: text, labels: texts, annotations: texts, createdAt: text };
const port = {
  mac: text.optional(),
  mtu: z.int().optional(),
  addresses: z.array(text).optional(),
  routes: z.array(Route).optional(),
};
const ifName = PodInterface.shape.name;
const interfaces = z.array(z.looseObject({ ...port, name: ifName }));
const end = z.union([
  z.looseObject({ ...port, pod: text, interface: ifName }),
  z.looseObject({ ...port, podSelector: texts, interface: ifName, pod: z.undefined().optional() }),
]);

/**
 * What the code relies on and what agents are sent, and no more: a field that a later version narrows or adds must not make what an earlier
 * one wrote unreadable, for then an upgrade would take wires away.
 */
const SCHEMAS: readonly (readonly [prefix: string, schema: z.ZodType])[] = [
  [
    keys.pods(),
    z.looseObject({
      ...intent,
      // Agents make folders and names of namespaces with them.
      ...{ uid: PathPart, namespace: PathPart, name: PathPart },
      spec: z.looseObject({
        node: text.optional(),
        nodeSelector: texts.optional(),
        sandbox: Sandbox.optional(),
        sysctls: texts.optional(),
        loopback: z.array(text).optional(),
        interfaces: interfaces.optional(),
      }),
    }),
  ],
  [
    keys.links(),
    z.looseObject({
      ...intent,
      spec: z.looseObject({
        endpoints: z.array(end).length(2),
        transport: z.enum(TRANSPORTS),
        state: z.enum(["up", "down"]),
        mtu: z.int().optional(),
        vni: z.int().optional(),
        autoAddresses: z.enum(AUTO_ADDRESSES).optional(),
      }),
    }),
  ],
  [
    keys.faults(),
    z.looseObject({
      ...intent,
      by: text,
      startedAt: z.iso.datetime(),
      end: z.looseObject({ at: z.iso.datetime(), how: z.enum(FAULT_ENDINGS) }).nullable(),
      spec: z.looseObject({
        target: FaultTarget,
        action: FaultAction,
        durationSeconds: z.number().min(0).max(FAULT_MAX_SECONDS),
      }),
    }),
  ],
  [keys.scenarios(), z.looseObject({ ...intent, spec: ScenarioSpec })],
  [
    keys.scenarioRuns(),
    z.looseObject({
      ...intent,
      owner: text.nullable(),
      cancel: z.looseObject({ by: text, at: text }).nullable(),
      undo: z.array(z.looseObject({ kind: text })),
      spec: z.looseObject({ scenario: text, seed: z.int(), source: ScenarioSpec }),
      status: RunStatus,
    }),
  ],
  [
    keys.nodes(),
    z.looseObject({
      uid: text,
      name: text,
      labels: texts,
      createdAt: text,
      spec: z.looseObject({ vtepAddress: text, parentInterface: text, underlayMtu: z.int(), vxlanPort: z.int() }),
    }),
  ],
  [
    keys.choices(),
    z.looseObject({
      linkUid: text,
      ends: z.array(z.looseObject({ pod: text.nullable(), refusal: text.nullable() }).nullable()),
    }),
  ],
  [keys.bindings(), z.looseObject({ podUid: text, node: text })],
  [keys.runs(), z.looseObject({ podUid: text, isRunning: z.boolean(), incarnation: z.int() })],
  [
    keys.vnis(),
    z.looseObject({
      vni: z.int(),
      linkUid: text,
      namespace: text,
      link: text,
      nodes: z.array(text),
      state: z.enum(["used", "draining"]),
    }),
  ],
  [keys.subnets(), z.looseObject({ network: text, linkUid: text, namespace: text, link: text })],
  [
    keys.installationPools(),
    z.looseObject({ vnis: z.looseObject({ from: z.int(), to: z.int() }), ipv4: z.array(text), ipv6: z.array(text) }),
  ],
  [keys.pools(), z.looseObject({ ipv4: z.array(text).nullable(), ipv6: z.array(text).nullable() })],
  [keys.ports(), z.looseObject({ linkUid: text, link: text })],
  [keys.addresses(), z.looseObject({ interface: text, owners: z.array(text) })],
  [keys.replicas(), z.looseObject({ id: text, incarnation: text, peerUrl: text.nullable() })],
  [keys.agents(), z.looseObject({ replica: text, term: z.number() })],
  [keys.leader(), z.looseObject({ replica: text, incarnation: text })],
];

export type ReadRecord = { data: unknown } | { problem: string };

/** A value of the store as its kind of record, or what is wrong with it. Keys of no known kind pass as they are. */
export function readRecord(key: string, value: string): ReadRecord {
  let data: unknown;
  try {
    data = JSON.parse(value);
  } catch {
    return { problem: "is not JSON" };
  }
  const schema = SCHEMAS.find(([prefix]) => key.startsWith(prefix))?.[1];
  const result = schema?.safeParse(data);
  if (result === undefined || result.success) return misplaced(key, data);
  const [issue] = result.error.issues;
  return { problem: `${issue?.path.join(".") || "value"}: ${issue?.message}` };
}

// A record is found by its key and indexed by its own names: the two have to agree.
function misplaced(key: string, data: unknown): ReadRecord {
  const { namespace, name, vni, network } = data as {
    namespace?: string;
    name?: string;
    vni?: number;
    network?: string;
  };
  const expected = key.startsWith(keys.pods())
    ? keys.pod(namespace ?? "", name ?? "")
    : key.startsWith(keys.links())
      ? keys.link(namespace ?? "", name ?? "")
      : key.startsWith(keys.faults())
        ? keys.fault(namespace ?? "", name ?? "")
        : key.startsWith(keys.scenarios())
          ? keys.scenario(namespace ?? "", name ?? "")
          : key.startsWith(keys.scenarioRuns())
            ? keys.scenarioRun(namespace ?? "", name ?? "")
            : key.startsWith(keys.nodes())
              ? keys.node(name ?? "")
              : key.startsWith(keys.vnis())
                ? keys.vni(vni ?? 0)
                : key.startsWith(keys.subnets())
                  ? keys.subnet(namespace ?? "", network ?? "")
                  : key;
  return key === expected ? { data } : { problem: `names itself ${expected}` };
}
