import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Put, Query, Res } from "@nestjs/common";
import { type Link, type List, ListQuery, RerouteRequest } from "@ratchet/contracts";
import type { FastifyReply } from "fastify";
import { parseBody, parseQuery } from "../admission/parse-object.js";
import { unsupportedInReroute } from "../admission/unsupported.js";
import { namespaceParam } from "../http/path-params.js";
import { refuse } from "../http/problem-error.js";
import { Asked } from "../http/request.decorator.js";
import { tagged } from "../http/tagged.js";
import type { Request } from "../state/intents.js";
import { LinksRepository } from "./links.repository.js";
import { LinksService } from "./links.service.js";

@Controller("api/v1/namespaces/:namespace/links")
export class LinksController {
  readonly #links: LinksRepository;
  readonly #service: LinksService;

  constructor(@Inject(LinksRepository) links: LinksRepository, @Inject(LinksService) service: LinksService) {
    this.#links = links;
    this.#service = service;
  }

  @Get()
  list(@Param("namespace") namespace: string, @Query() query: unknown): List<Link> {
    return this.#links.list(namespaceParam(namespace), parseQuery(ListQuery, query));
  }

  @Post()
  async create(
    @Param("namespace") namespace: string,
    @Body() body: unknown,
    @Asked() asked: Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Link> {
    const link = await this.#service.create(namespaceParam(namespace), body, asked);
    void reply.header("Location", `/api/v1/namespaces/${namespace}/links/${link.metadata.name}`);
    return tagged(link, reply);
  }

  @Get(":name")
  get(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Link {
    return tagged(this.#links.get(namespace, name), reply);
  }

  @Put(":name")
  async replace(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Body() body: unknown,
    @Asked() asked: Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Link> {
    return tagged(await this.#service.replace(namespace, name, body, asked), reply);
  }

  @Patch(":name")
  async patch(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Body() body: unknown,
    @Asked() asked: Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Link> {
    return tagged(await this.#service.patch(namespace, name, body, asked), reply);
  }

  @Delete(":name")
  async remove(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Asked() asked: Request,
  ): Promise<Link> {
    return this.#service.remove(namespace, name, asked);
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
