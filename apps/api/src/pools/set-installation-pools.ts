import { isDeepStrictEqual } from "node:util";
import { keys } from "@ratchet/contracts";
import type { Mirror } from "../state/mirror.js";
import type { NamespacePoolsRecord, PoolsRecord } from "../state/records.js";
import type { Transactor } from "../state/transactor.js";
import type { World } from "../state/world.js";
import { installationPools } from "./installation-pools.js";
import { linksOutsidePrefixes, linksOutsideVnis, nameThem } from "./links-outside.js";

/** The installation's pools as the configuration asks for them; absent: as they are. */
export type AskedPools = Partial<PoolsRecord>;

/**
 * Makes the store's pools what the configuration asks for. They are kept there so that all replicas allocate from the
 * same.
 *
 * @throws Error naming the flag, and the links that have something from outside of what is asked for
 */
export async function setInstallationPools(asked: AskedPools, mirror: Mirror, transactor: Transactor): Promise<void> {
  const { world } = mirror;
  const before = installationPools(world);
  const wanted = { ...before, ...asked };
  if (isDeepStrictEqual(before, wanted)) return;
  check(world, wanted);
  await put(transactor, wanted);
  try {
    // Once more: what another replica allocated just before this took effect was not known above.
    check(world, wanted);
  } catch (error) {
    await put(transactor, before);
    throw error;
  }
}

function check(world: World, wanted: PoolsRecord): void {
  const { from, to } = wanted.vnis;
  const vnis = linksOutsideVnis(world, wanted.vnis);
  if (vnis.length > 0) throw tooSmall("--vni-range", `${from}-${to}`, vnis);
  for (const namespace of world.namespaces()) {
    const own = world.entry<NamespacePoolsRecord>(keys.namespacePools(namespace))?.data;
    const inForce = { ipv4: own?.ipv4 ?? wanted.ipv4, ipv6: own?.ipv6 ?? wanted.ipv6 };
    const links = linksOutsidePrefixes(world, namespace, inForce);
    if (links.length > 0) {
      throw tooSmall("--ipv4-pool or --ipv6-pool", [...wanted.ipv4, ...wanted.ipv6].join(","), links);
    }
  }
}

function tooSmall(flag: string, value: string, links: string[]): Error {
  return new Error(
    `${flag} ${value} leaves out what is in use by ${nameThem(links)}: widen it, or delete those links first; nothing was changed`,
  );
}

async function put(transactor: Transactor, pools: PoolsRecord): Promise<void> {
  await transactor.commit("", (draft) => draft.put(keys.installationPools(), pools));
}
