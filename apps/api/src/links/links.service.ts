import { Inject, Injectable } from "@nestjs/common";
import { type Link, LinkInput, type RerouteRequest } from "@ratchet/contracts";
import { Core } from "../core.js";
import { ObjectService } from "../objects/object.service.js";
import type { Request } from "../state/intents.js";
import { LinksRepository } from "./links.repository.js";
import { rerouteLink } from "./reroute-link.js";

@Injectable()
export class LinksService extends ObjectService<Link, "Link"> {
  constructor(@Inject(Core) core: Core, @Inject(LinksRepository) links: LinksRepository) {
    super(core, links, "Link", LinkInput);
  }

  async reroute(namespace: string, name: string, asked: RerouteRequest, request: Request): Promise<Link> {
    await rerouteLink(this.core.intents, namespace, name, asked, request);
    return this.objects.get(namespace, name);
  }
}
