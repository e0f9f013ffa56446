import { type Backup, keys } from "@ratchet/contracts";
import { ProblemError } from "../http/problem-error.js";
import { installationPools, prefixesOf } from "../pools/installation-pools.js";
import { linksOutsidePrefixes, linksOutsideVnis, nameThem } from "../pools/links-outside.js";
import { World } from "../state/world.js";
import type { Compare, Entry, Op } from "../store/store.js";
import { isPassing } from "./backup-file.js";

/** What an installation may have before anything was asked of it: nodes that connected, and its configuration. */
const MAY_BE_THERE = [keys.nodes(), keys.installationPools()];

/**
 * The transaction that brings a backup back, into an installation where nothing was asked for yet. What is there
 * already of nodes and configuration stays. Pure.
 *
 * @throws ProblemError Conflict when the installation is not empty, PoolInUse when its pools leave out what is restored
 */
export function planRestore({ entries }: Backup, present: readonly Entry[]): { compare: Compare[]; ops: Op[] } {
  const there = new Map(present.map((entry) => [entry.key, entry]));
  const others = present.filter(({ key }) => !isPassing(key) && !MAY_BE_THERE.some((prefix) => key.startsWith(prefix)));
  if (others.length > 0) {
    const message = `this installation is in use: it has ${nameThem(others.map(({ key }) => key))}. Restore into one with a new --data folder, or a new --etcd-prefix`;
    throw new ProblemError("Conflict", message);
  }
  const missing = entries.filter(({ key }) => !there.has(key));
  const world = new World();
  for (const { key, value } of [...missing, ...present.filter(({ key }) => !isPassing(key)).map(parsed)]) {
    world.put(key, value, 1);
  }
  checkPools(world);
  return {
    compare: [
      ...missing.map(({ key }) => ({ key, exists: false })),
      ...[...there.values()]
        .filter(({ key }) => MAY_BE_THERE.some((prefix) => key.startsWith(prefix)))
        .map(({ key, modRevision }) => ({ key, modRevision })),
    ],
    ops: missing.map(({ key, value }) => ({ op: "put", key, value: JSON.stringify(value) })),
  };
}

function checkPools(world: World): void {
  const outside = linksOutsideVnis(world, installationPools(world).vnis);
  for (const namespace of world.namespaces()) {
    outside.push(...linksOutsidePrefixes(world, namespace, prefixesOf(world, namespace)));
  }
  if (outside.length === 0) return;
  const message = `the pools of this installation leave out what the backup gave to ${nameThem(outside)}: start it with wider --vni-range, --ipv4-pool and --ipv6-pool`;
  throw new ProblemError("PoolInUse", message);
}

function parsed({ key, value }: Entry): { key: string; value: unknown } {
  return { key, value: JSON.parse(value) };
}
