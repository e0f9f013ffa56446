import { Binder, type LiveNode } from "../plan/bind-pods.js";
import type { SettleTools } from "../plan/settle.js";
import { VniAllocator } from "../plan/settle-vnis.js";
import type { StatusRegistry } from "../status/status-registry.js";
import type { Mirror } from "./mirror.js";

/** What settling a draft needs from the running system. */
export class SettleToolbox {
  readonly #mirror: Mirror;
  readonly #registry: StatusRegistry;
  readonly allocator = new VniAllocator();

  constructor(mirror: Mirror, registry: StatusRegistry) {
    this.#mirror = mirror;
    this.#registry = registry;
  }

  tools(): SettleTools {
    const { world } = this.#mirror;
    return {
      allocator: this.allocator,
      binder: new Binder(() => this.#liveNodes()),
      labelsOf: (name) => world.node(name)?.data.labels,
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
