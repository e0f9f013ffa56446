import { Inject, Injectable } from "@nestjs/common";
import { type Fault, keys, type List, type ListQuery } from "@ratchet/contracts";
import { Core } from "../core.js";
import { listPage } from "../http/list-query.js";
import { notFound } from "../http/problem-error.js";

/** Reads faults as a client sees them. */
@Injectable()
export class FaultsRepository {
  readonly #core: Core;

  constructor(@Inject(Core) core: Core) {
    this.#core = core;
  }

  /** @throws ProblemError NotFound */
  get(namespace: string, name: string): Fault {
    const fault = this.#core.observer.fault(keys.fault(namespace, name));
    if (fault === undefined) throw notFound("Fault", namespace, name);
    return fault;
  }

  list(namespace: string, query: ListQuery): List<Fault> {
    const { mirror, observer } = this.#core;
    const prefix = keys.faults(namespace);
    const names = [...mirror.world.keysIn("faults", namespace)].map((key) => key.slice(prefix.length));
    return listPage("Fault", names, (name) => observer.fault(prefix + name), query, mirror.revision);
  }
}
