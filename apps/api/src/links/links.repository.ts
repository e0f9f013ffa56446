import { Inject, Injectable } from "@nestjs/common";
import type { Link } from "@ratchet/contracts";
import { Core } from "../core.js";
import { ObjectRepository } from "../objects/object.repository.js";

@Injectable()
export class LinksRepository extends ObjectRepository<Link> {
  constructor(@Inject(Core) core: Core) {
    super(core, "Link", "links");
  }

  protected read(key: string): Link | undefined {
    return this.core.observer.link(key);
  }
}
