import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Put, Query, Res } from "@nestjs/common";
import { type Fault, type List, ListQuery } from "@ratchet/contracts";
import type { FastifyReply } from "fastify";
import { expectNoBody, parseQuery } from "../admission/parse-object.js";
import { namespaceParam } from "../http/path-params.js";
import { Asked } from "../http/request.decorator.js";
import { tagged } from "../http/tagged.js";
import type { Request } from "../state/intents.js";
import { FaultsRepository } from "./faults.repository.js";
import { FaultsService } from "./faults.service.js";

@Controller("api/v1/namespaces/:namespace/faults")
export class FaultsController {
  readonly #faults: FaultsRepository;
  readonly #service: FaultsService;

  constructor(@Inject(FaultsRepository) faults: FaultsRepository, @Inject(FaultsService) service: FaultsService) {
    this.#faults = faults;
    this.#service = service;
  }

  @Get()
  list(@Param("namespace") namespace: string, @Query() query: unknown): List<Fault> {
    return this.#faults.list(namespaceParam(namespace), parseQuery(ListQuery, query));
  }

  @Post()
  async create(
    @Param("namespace") namespace: string,
    @Body() body: unknown,
    @Asked() asked: Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Fault> {
    const fault = await this.#service.create(namespaceParam(namespace), body, asked);
    void reply.header("Location", `/api/v1/namespaces/${namespace}/faults/${fault.metadata.name}`);
    return tagged(fault, reply);
  }

  @Get(":name")
  get(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Fault {
    return tagged(this.#faults.get(namespace, name), reply);
  }

  @Put(":name")
  async replace(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Body() body: unknown,
    @Asked() asked: Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Fault> {
    return tagged(await this.#service.replace(namespace, name, body, asked), reply);
  }

  @Patch(":name")
  async patch(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Body() body: unknown,
    @Asked() asked: Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Fault> {
    return tagged(await this.#service.patch(namespace, name, body, asked), reply);
  }

  @Delete(":name")
  async remove(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Asked() asked: Request,
  ): Promise<Fault> {
    return this.#service.remove(namespace, name, asked);
  }

  @Post(":name/heal")
  @HttpCode(200)
  async heal(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Body() body: unknown,
    @Asked() asked: Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Fault> {
    expectNoBody(body);
    return tagged(await this.#service.heal(namespace, name, asked), reply);
  }
}
