import { Controller, Delete, Get, Inject, Param, Query, Res } from "@nestjs/common";
import { type List, ListQuery, type Node } from "@ratchet/contracts";
import type { FastifyReply } from "fastify";
import { parseQuery } from "../admission/parse-object.js";
import { etag } from "../http/if-match.js";
import { Asked } from "../http/request.decorator.js";
import type { Request } from "../state/intents.js";
import { NodesService } from "./nodes.service.js";

@Controller("api/v1/nodes")
export class NodesController {
  readonly #nodes: NodesService;

  constructor(@Inject(NodesService) nodes: NodesService) {
    this.#nodes = nodes;
  }

  @Get()
  list(@Query() query: unknown): List<Node> {
    return this.#nodes.list(parseQuery(ListQuery, query));
  }

  @Get(":name")
  get(@Param("name") name: string, @Res({ passthrough: true }) reply: FastifyReply): Node {
    const node = this.#nodes.get(name);
    void reply.header("ETag", etag(node.metadata.revision));
    return node;
  }

  @Delete(":name")
  remove(@Param("name") name: string, @Asked() asked: Request): Promise<Node> {
    return this.#nodes.remove(name, asked);
  }
}
