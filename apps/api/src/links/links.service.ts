import { Inject, Injectable } from "@nestjs/common";
import { keys, type Link, LinkInput, type RerouteRequest } from "@ratchet/contracts";
import { parseObject } from "../admission/parse-object.js";
import { Core } from "../core.js";
import { mergePatch } from "../http/merge-patch.js";
import { notFound, ProblemError } from "../http/problem-error.js";
import { rerouted } from "../plan/reroute.js";
import { documentOf } from "../state/documents.js";
import type { Request } from "../state/intents.js";
import type { LinkRecord } from "../state/records.js";

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
    const make = ({ data, modRevision }: { data: unknown; modRevision: number }) => {
      const link = data as LinkRecord;
      const moved = { ...documentOf("Link", link, modRevision), spec: rerouted(link.spec, asked) };
      return { kind: "Link" as const, input: parseObject(LinkInput, moved, { namespace, name }) };
    };
    try {
      await this.#core.intents.update("Link", namespace, name, request, make, "reroute");
    } catch (error) {
      throw asAsked(error);
    }
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

/**
 * A refusal of the moved link, in the words of the request: what is wrong with its ends, whichever the
 * check names, came with `to`, for the link was right before.
 */
function asAsked(error: unknown): unknown {
  if (!(error instanceof ProblemError)) return error;
  const { code, message, errors, headers } = error;
  const rename = (text: string) => text.replace(/spec\.endpoints\[[01]\]\./g, "to.");
  const renamed = errors.map((item) => ({ ...item, field: rename(item.field) }));
  return new ProblemError(code, rename(message), { errors: renamed, headers, cause: error });
}
