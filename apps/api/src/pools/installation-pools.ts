import { keys, VNI_MAX } from "@ratchet/contracts";
import type { NamespacePoolsRecord, PoolsRecord } from "../state/records.js";
import type { World } from "../state/world.js";

/**
 * What an installation without a word on it allocates from. VNIs below 4096 are those that people type and other
 * networks use (flannel: 1). 198.18.0.0/15 is set aside for connecting devices under test (RFC 2544, section C.2.2).
 */
export const DEFAULT_POOLS: PoolsRecord = {
  vnis: { from: 4096, to: VNI_MAX },
  ipv4: ["198.18.0.0/15"],
  ipv6: ["fd52:4154:4348::/64"],
};

export function installationPools(world: World): PoolsRecord {
  return world.entry<PoolsRecord>(keys.installationPools())?.data ?? DEFAULT_POOLS;
}

/** The prefixes that automatic addresses of a namespace come from. */
export function prefixesOf(world: World, namespace: string): { ipv4: string[]; ipv6: string[] } {
  const own = world.entry<NamespacePoolsRecord>(keys.namespacePools(namespace))?.data;
  const { ipv4, ipv6 } = installationPools(world);
  return { ipv4: own?.ipv4 ?? ipv4, ipv6: own?.ipv6 ?? ipv6 };
}

/** Whether every number of the range is in use. */
export function isVniPoolFull(world: World): boolean {
  const { from, to } = installationPools(world).vnis;
  const size = to - from + 1;
  if (world.vnis.size < size) return false;
  let used = 0;
  for (const vni of world.vnis) if (vni >= from && vni <= to) used++;
  return used >= size;
}
