import { keys, LinkSpec } from "@ratchet/contracts";
import type { LinkRecord, NodeRecord, PodRecord } from "../state/records.js";
import { World } from "../state/world.js";

const CREATED = "2026-01-01T00:00:00.000Z";

export function podRecordOf(name: string, spec: PodRecord["spec"] = { sandbox: { managed: true } }): PodRecord {
  return { uid: `uid-${name}`, namespace: "default", name, labels: {}, annotations: {}, createdAt: CREATED, spec };
}

/** A link `eth1` to `eth1` of two pods. */
export function linkRecordOf(name: string, [a, b]: [string, string], spec: object = {}): LinkRecord {
  const endpoints = [a, b].map((pod) => ({ pod, interface: "eth1" }));
  const common = { uid: `uid-${name}`, namespace: "default", name, labels: {}, annotations: {}, createdAt: CREATED };
  return { ...common, spec: LinkSpec.parse({ endpoints, ...spec }) };
}

export function nodeRecordOf(name: string, underlayMtu = 1500, vtepAddress = "10.9.0.1"): NodeRecord {
  return {
    uid: `uid-${name}`,
    name,
    labels: {},
    createdAt: CREATED,
    spec: { vtepAddress, parentInterface: "eth0", underlayMtu, vxlanPort: 4789 },
    agentVersion: "test",
    kernel: "test",
    panelNetns: "/run/netns/panel",
    capabilities: { managedPods: true, foreignSandboxes: false, netem: false },
  };
}

/** A store's content at revision 1. */
export function worldOf(...records: (PodRecord | LinkRecord | NodeRecord)[]): World {
  const world = new World();
  for (const record of records) {
    if ("panelNetns" in record) world.put(keys.node(record.name), record, 1);
    else if ("endpoints" in record.spec) world.put(keys.link(record.namespace, record.name), record, 1);
    else world.put(keys.pod(record.namespace, record.name), record, 1);
  }
  return world;
}

/** Puts into a world what a draft would commit, at the next revision. */
export function commitTo(
  world: World,
  ops: readonly { op: string; key?: string; value?: string }[],
  revision: number,
): void {
  for (const op of ops) {
    if (op.op === "put") world.put(op.key ?? "", JSON.parse(op.value ?? ""), revision);
    else world.delete(op.key ?? "");
  }
}
