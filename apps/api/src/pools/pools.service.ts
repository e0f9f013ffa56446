import { Inject, Injectable } from "@nestjs/common";
import { keys, type Pools, type PoolsInput, parseIp } from "@ratchet/contracts";
import { Core } from "../core.js";
import type { Request } from "../state/intents.js";
import type { NamespacePoolsRecord, SubnetRecord } from "../state/records.js";
import { changePools, INHERITED } from "./change-pools.js";
import { prefixesOf } from "./installation-pools.js";

/** What automatic addresses of a namespace are taken from. */
@Injectable()
export class PoolsService {
  readonly #core: Core;

  constructor(@Inject(Core) core: Core) {
    this.#core = core;
  }

  get(namespace: string): Pools {
    const { world } = this.#core.mirror;
    const { ipv4, ipv6 } = world.entry<NamespacePoolsRecord>(keys.namespacePools(namespace))?.data ?? INHERITED;
    const used = { ipv4: 0, ipv6: 0 };
    for (const key of world.subnetsIn(namespace)) {
      const record = world.entry<SubnetRecord>(key)?.data;
      if (record !== undefined) used[parseIp(record.network)?.family === 6 ? "ipv6" : "ipv4"]++;
    }
    return { ipv4, ipv6, inForce: prefixesOf(world, namespace), used };
  }

  /** @throws ProblemError PoolInUse */
  async put(namespace: string, { ipv4 = null, ipv6 = null }: PoolsInput, request: Request): Promise<Pools> {
    const { actor, onChanges } = request;
    const committed = await this.#core.transactor.commit(actor, (draft) =>
      changePools(draft, namespace, { ipv4, ipv6 }, { verb: "update" }),
    );
    onChanges?.(committed.changes.map(({ id }) => id));
    return this.get(namespace);
  }
}
