import { keys } from "@ratchet/contracts";
import type { Draft } from "../state/draft.js";
import type { BindingRecord, NodeRecord, VniRecord } from "../state/records.js";
import type { World } from "../state/world.js";

/** Takes a node out: its record, the bindings to it, and its share in VNIs that wait for it. */
export function dropNode(draft: Draft, node: NodeRecord, world: World): void {
  draft.delete(keys.node(node.name));
  for (const podKey of world.podsOfNode(node.name)) {
    const key = keys.bindings() + podKey.slice(keys.pods().length);
    if (draft.read<BindingRecord>(key)?.node === node.name) draft.delete(key);
  }
  for (const vni of world.drainingVnis(node.name)) {
    const record = draft.read<VniRecord>(keys.vni(vni));
    if (record === undefined) continue;
    const nodes = record.nodes.filter((name) => name !== node.name);
    if (nodes.length === 0) draft.delete(keys.vni(vni));
    else draft.put(keys.vni(vni), { ...record, nodes } satisfies VniRecord);
  }
}
