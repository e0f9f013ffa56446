import { Inject, Injectable } from "@nestjs/common";
import { keys, type List, type ListQuery, type Pod } from "@ratchet/contracts";
import { Core } from "../core.js";
import { listPage } from "../http/list-query.js";
import { notFound } from "../http/problem-error.js";

/** Reads pods as a client sees them: what is asked for and what was observed. */
@Injectable()
export class PodsRepository {
  readonly #core: Core;

  constructor(@Inject(Core) core: Core) {
    this.#core = core;
  }

  /** @throws ProblemError NotFound */
  get(namespace: string, name: string): Pod {
    const pod = this.#core.observer.pod(keys.pod(namespace, name));
    if (pod === undefined) throw notFound("Pod", namespace, name);
    return pod;
  }

  list(namespace: string, query: ListQuery): List<Pod> {
    const { mirror, observer } = this.#core;
    const prefix = keys.pods(namespace);
    const names = [...mirror.world.keysIn("pods", namespace)].map((key) => key.slice(prefix.length));
    return listPage("Pod", names, (name) => observer.pod(prefix + name), query, mirror.revision);
  }
}
