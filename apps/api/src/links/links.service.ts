import { Inject, Injectable } from "@nestjs/common";
import { keys, type Link, LinkInput, type RerouteRequest } from "@ratchet/contracts";
import { parseObject } from "../admission/parse-object.js";
import { Core } from "../core.js";
import { mergePatch } from "../http/merge-patch.js";
import { notFound } from "../http/problem-error.js";
import { documentOf } from "../state/documents.js";
import type { Request } from "../state/intents.js";
import { rerouteLink } from "./reroute-link.js";

/** Changes links. Each answers the link as it is afterwards. */
@Injectable()
export class LinksService {
  readonly #core: Core;

  constructor(@Inject(Core) core: Core) {
    this.#core = core;
  }

  async create(namespace: string, body: unknown, request: Request): Promise<Link> {
    const input = parseObject(LinkInput, body, { namespace });
    await this.#core.intents.create(namespace, { kind: "Link", input }, request);
    return this.#read(namespace, input.metadata.name);
  }

  async replace(namespace: string, name: string, body: unknown, request: Request): Promise<Link> {
    const input = parseObject(LinkInput, body, { namespace, name });
    await this.#core.intents.update("Link", namespace, name, request, () => ({ kind: "Link", input }));
    return this.#read(namespace, name);
  }

  async patch(namespace: string, name: string, patch: unknown, request: Request): Promise<Link> {
    await this.#core.intents.update("Link", namespace, name, request, ({ data, modRevision }) => {
      const merged = mergePatch(documentOf("Link", data, modRevision), patch);
      return { kind: "Link", input: parseObject(LinkInput, merged, { namespace, name }) };
    });
    return this.#read(namespace, name);
  }

  async reroute(namespace: string, name: string, asked: RerouteRequest, request: Request): Promise<Link> {
    await rerouteLink(this.#core.intents, namespace, name, asked, request);
    return this.#read(namespace, name);
  }

  /** Answers the link as it was. */
  async remove(namespace: string, name: string, request: Request): Promise<Link> {
    const link = this.#core.observer.link(keys.link(namespace, name));
    if (link === undefined) throw notFound("Link", namespace, name);
    await this.#core.intents.remove("Link", namespace, name, request);
    return link;
  }

  #read(namespace: string, name: string): Link {
    const link = this.#core.observer.link(keys.link(namespace, name));
    // Somebody deleted it between the commit and this answer.
    if (link === undefined) throw notFound("Link", namespace, name);
    return link;
  }
}
