import { keys, parseIp } from "@ratchet/contracts";
import { Binder, type LiveNode } from "../plan/bind-pods.js";
import type { SettleTools } from "../plan/settle.js";
import { VniAllocator } from "../plan/settle-vnis.js";
import { installationPools, prefixesOf } from "../pools/installation-pools.js";
import { SubnetAllocator } from "../pools/subnet-allocator.js";
import { SubnetRange } from "../pools/subnet-range.js";
import type { PodReadiness } from "../status/pod-readiness.js";
import type { StatusRegistry } from "../status/status-registry.js";
import type { Mirror } from "./mirror.js";
import type { SubnetRecord } from "./records.js";

/** What settling a draft needs from the running system. */
export class SettleToolbox {
  readonly #mirror: Mirror;
  readonly #registry: StatusRegistry;
  readonly #readiness: PodReadiness;
  readonly allocator: VniAllocator;
  readonly subnets = new SubnetAllocator();
  /** Store keys of links that wait for a VNI to become free. */
  readonly starved = new Set<string>();

  constructor(mirror: Mirror, registry: StatusRegistry, readiness: PodReadiness) {
    this.#readiness = readiness;
    this.#mirror = mirror;
    this.#registry = registry;
    this.allocator = new VniAllocator(() => installationPools(mirror.world).vnis);
  }

  /** Begins above what is in use, after a restart. */
  startAbove(): void {
    const { world } = this.#mirror;
    this.allocator.startAbove(world.vnis);
    for (const key of world.keys()) {
      const record = key.startsWith(keys.subnets()) ? world.entry<SubnetRecord>(key)?.data : undefined;
      const ip = record && parseIp(record.network);
      if (record === undefined || ip === undefined) continue;
      const range = new SubnetRange(ip.family, prefixesOf(world, record.namespace)[ip.family === 4 ? "ipv4" : "ipv6"]);
      const index = range.indexOf(ip);
      if (index !== undefined) this.subnets.startAfter(`${record.namespace} ${ip.family}`, index);
    }
  }

  readonly readinessOf = (podKey: string) => this.#readiness.of(podKey);

  tools(): SettleTools {
    const { world } = this.#mirror;
    return {
      allocator: this.allocator,
      subnets: this.subnets,
      starved: (linkKey) => this.starved.add(linkKey),
      binder: new Binder(() => this.#liveNodes()),
      labelsOf: (name) => world.node(name)?.data.labels,
      readinessOf: this.readinessOf,
    };
  }

  *#liveNodes(): Iterable<LiveNode> {
    const { world } = this.#mirror;
    for (const name of this.#registry.connected()) {
      const node = world.node(name)?.data;
      if (node !== undefined) yield { name, labels: node.labels, pods: world.podsOfNode(name).size };
    }
  }
}
