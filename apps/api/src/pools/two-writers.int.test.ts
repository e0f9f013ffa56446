import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addressOf, keys, type LinkInput, LinkSpec } from "@ratchet/contracts";
import { startEtcd } from "@ratchet/testkit";
import { describe, expect, test } from "vitest";
import { Core } from "../core.js";
import { SILENT } from "../logger.js";
import type { AddressClaim, LinkRecord } from "../state/records.js";
import { openEmbeddedStore } from "../store/embedded/embedded-store.js";
import { openEtcdStore } from "../store/etcd/etcd-store.js";
import type { Store } from "../store/store.js";

const ROUNDS = 60;
const LINKS = 12;
const FAMILIES = ["ipv4", "ipv6", "both", undefined] as const;

/** A repeatable sequence of numbers below 2^32 (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function input(name: string, spec: object): { kind: "Link"; input: LinkInput } {
  const endpoints = ["a", "b"].map((pod) => ({ pod, interface: name }));
  return {
    kind: "Link",
    input: { metadata: { name, labels: {}, annotations: {} }, spec: LinkSpec.parse({ endpoints, ...spec }) },
  };
}

/** Two control planes on one store, as two replicas are. */
async function twoWriters(stores: [Store, Store], seed: number): Promise<void> {
  const history = () => Promise.reject(new Error("not needed"));
  const cores = await Promise.all(stores.map((store) => Core.start({ store, history, log: SILENT })));
  const next = random(seed);
  const by = { actor: "test" };
  try {
    const [first, second] = cores as [Core, Core];
    for (const [name, node] of [
      ["a", "n1"],
      ["b", "n2"],
    ] as const) {
      const spec = { node, sandbox: { managed: true as const } };
      const pod = { metadata: { name, labels: {}, annotations: {} }, spec };
      await first.intents.create("default", { kind: "Pod", input: pod }, by);
    }
    for (let round = 0; round < ROUNDS; round++) {
      // Both at once, so that they propose the same numbers.
      await Promise.allSettled(
        cores.flatMap((core) =>
          [next(LINKS), next(LINKS)].map(async (n) => {
            const name = `l${n}`;
            const autoAddresses = FAMILIES[next(FAMILIES.length)];
            const spec = autoAddresses === undefined ? {} : { autoAddresses };
            const what = next(3);
            if (what === 0) await core.intents.create("default", input(name, spec), by);
            else if (what === 1) await core.intents.update("Link", "default", name, by, () => input(name, spec));
            else await core.intents.remove("Link", "default", name, by);
          }),
        ),
      );
    }
    const { revision } = await first.store.status();
    await Promise.all(cores.map((core) => core.mirror.reached(revision, 5000)));
    for (const core of cores) hold(core);
    expect(first.mirror.world.subnetsIn("default").size).toBeGreaterThan(0);

    for (const key of [...second.mirror.world.allKeys("links")]) {
      await second.intents.remove("Link", "default", key.split("/").at(-1) ?? "", by);
    }
    const left = await first.store.range(keys.subnets());
    const claims = await first.store.range(keys.addresses());
    expect([...left.entries, ...claims.entries].map(({ key }) => key)).toEqual([]);
  } finally {
    for (const core of cores) await core.stop();
  }
}

/** Every link has what it asks for and nothing else, no two the same, and every claim is somebody's. */
function hold({ mirror: { world } }: Core): void {
  const networks = new Map<string, string>();
  const vnis = new Map<number, string>();
  const addresses = new Set<string>();
  for (const key of world.allKeys("links")) {
    const link = world.entry<LinkRecord>(key)?.data;
    if (link === undefined) continue;
    const asked = link.spec.autoAddresses;
    const subnets = [...world.subnetsOfLink(link.uid)];
    expect(subnets).toHaveLength(asked === undefined ? 0 : asked === "both" ? 2 : 1);
    for (const subnet of subnets) {
      expect(networks.get(subnet)).toBeUndefined();
      networks.set(subnet, link.name);
    }
    for (const end of world.endsOf(link)) {
      if ("addresses" in end) for (const text of end.addresses ?? []) addresses.add(addressOf(text));
    }
    const used = [...world.vnisOfLink(link.uid)].filter((vni) => world.vni(vni)?.state === "used");
    expect(used).toHaveLength(1);
    for (const vni of used) {
      expect(vnis.get(vni)).toBeUndefined();
      vnis.set(vni, link.name);
    }
  }
  expect(world.subnetsIn("default").size).toBe(networks.size);
  const claims = [...world.keys()].filter((key) => key.startsWith(keys.addresses()));
  expect(new Set(claims.map((key) => key.split("/").at(-1)))).toEqual(addresses);
  for (const key of claims) expect(world.entry<AddressClaim>(key)?.data.owners).toHaveLength(1);
}

describe("two writers at once never give out the same, and give back all", () => {
  test.each([1, 2, 3])("in the embedded store, seed %i", async (seed) => {
    const folder = await mkdtemp(join(tmpdir(), "ratchet-writers-"));
    const store = await openEmbeddedStore({ path: join(folder, "store.db") });
    try {
      await twoWriters([store, store], seed);
    } finally {
      await store.close();
      await rm(folder, { recursive: true });
    }
  });

  test("in etcd", async () => {
    const etcd = await startEtcd();
    try {
      for (const seed of [1, 2]) {
        const options = { endpoints: etcd.endpoints, prefix: `writers-${seed}/` };
        const stores: [Store, Store] = [await openEtcdStore(options), await openEtcdStore(options)];
        await twoWriters(stores, seed).finally(() => Promise.all(stores.map((store) => store.close())));
      }
    } finally {
      await etcd.close();
    }
  });
});
