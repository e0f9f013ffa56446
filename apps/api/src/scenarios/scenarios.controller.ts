import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Put, Query, Res } from "@nestjs/common";
import { type List, ListQuery, type Scenario } from "@ratchet/contracts";
import type { FastifyReply } from "fastify";
import { parseQuery } from "../admission/parse-object.js";
import { namespaceParam } from "../http/path-params.js";
import { Asked } from "../http/request.decorator.js";
import { tagged } from "../http/tagged.js";
import type { Request } from "../state/intents.js";
import { ScenariosService } from "./scenarios.service.js";

@Controller("api/v1/namespaces/:namespace/scenarios")
export class ScenariosController {
  readonly #service: ScenariosService;

  constructor(@Inject(ScenariosService) service: ScenariosService) {
    this.#service = service;
  }

  @Get()
  list(@Param("namespace") namespace: string, @Query() query: unknown): List<Scenario> {
    return this.#service.list(namespaceParam(namespace), parseQuery(ListQuery, query));
  }

  @Post()
  async create(
    @Param("namespace") namespace: string,
    @Body() body: unknown,
    @Asked() asked: Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Scenario> {
    const scenario = await this.#service.create(namespaceParam(namespace), body, asked);
    void reply.header("Location", `/api/v1/namespaces/${namespace}/scenarios/${scenario.metadata.name}`);
    return tagged(scenario, reply);
  }

  @Get(":name")
  get(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Scenario {
    return tagged(this.#service.get(namespace, name), reply);
  }

  @Put(":name")
  async replace(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Body() body: unknown,
    @Asked() asked: Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Scenario> {
    return tagged(await this.#service.replace(namespace, name, body, asked), reply);
  }

  @Patch(":name")
  async patch(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Body() body: unknown,
    @Asked() asked: Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Scenario> {
    return tagged(await this.#service.patch(namespace, name, body, asked), reply);
  }

  @Delete(":name")
  async remove(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Asked() asked: Request,
  ): Promise<Scenario> {
    return this.#service.remove(namespace, name, asked);
  }
}
