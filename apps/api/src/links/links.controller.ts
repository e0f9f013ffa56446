import { Body, Controller, HttpCode, Inject, Param, Post, Res } from "@nestjs/common";
import { type Link, RerouteRequest } from "@ratchet/contracts";
import type { FastifyReply } from "fastify";
import { parseBody } from "../admission/parse-object.js";
import { unsupportedInReroute } from "../admission/unsupported.js";
import { refuse } from "../http/problem-error.js";
import { Asked } from "../http/request.decorator.js";
import { tagged } from "../http/tagged.js";
import { ObjectController } from "../objects/object.controller.js";
import type { Request } from "../state/intents.js";
import { LinksRepository } from "./links.repository.js";
import { LinksService } from "./links.service.js";

@Controller("api/v1/namespaces/:namespace/links")
export class LinksController extends ObjectController<Link, "Link"> {
  readonly #service: LinksService;

  constructor(@Inject(LinksRepository) links: LinksRepository, @Inject(LinksService) service: LinksService) {
    super(links, service);
    this.#service = service;
  }

  @Post(":name/reroute")
  @HttpCode(200)
  async reroute(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Body() body: unknown,
    @Asked() asked: Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Link> {
    return tagged(await this.#service.reroute(namespace, name, readReroute(body), asked), reply);
  }
}

function readReroute(body: unknown): RerouteRequest {
  const unsupported = unsupportedInReroute(body);
  if (unsupported.length > 0) throw refuse("Unsupported", unsupported);
  return parseBody(RerouteRequest, body);
}
