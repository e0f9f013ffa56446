import { Inject, Injectable } from "@nestjs/common";
import { keys, type Link, type List, type ListQuery } from "@ratchet/contracts";
import { Core } from "../core.js";
import { listPage } from "../http/list-query.js";
import { notFound } from "../http/problem-error.js";

/** Reads links as a client sees them: what is asked for and what was observed. */
@Injectable()
export class LinksRepository {
  readonly #core: Core;

  constructor(@Inject(Core) core: Core) {
    this.#core = core;
  }

  /** @throws ProblemError NotFound */
  get(namespace: string, name: string): Link {
    const link = this.#core.observer.link(keys.link(namespace, name));
    if (link === undefined) throw notFound("Link", namespace, name);
    return link;
  }

  list(namespace: string, query: ListQuery): List<Link> {
    const { mirror, observer } = this.#core;
    const prefix = keys.links(namespace);
    const names = [...mirror.world.keysIn("links", namespace)].map((key) => key.slice(prefix.length));
    return listPage("Link", names, (name) => observer.link(prefix + name), query, mirror.revision);
  }
}
