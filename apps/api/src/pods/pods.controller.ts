import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Put, Query, Res } from "@nestjs/common";
import { type List, ListQuery, type Pod } from "@ratchet/contracts";
import type { FastifyReply } from "fastify";
import { expectNoBody, parseQuery } from "../admission/parse-object.js";
import { namespaceParam } from "../http/path-params.js";
import { Asked } from "../http/request.decorator.js";
import { tagged } from "../http/tagged.js";
import type { Request } from "../state/intents.js";
import { PodsRepository } from "./pods.repository.js";
import { PodsService } from "./pods.service.js";

@Controller("api/v1/namespaces/:namespace/pods")
export class PodsController {
  readonly #pods: PodsRepository;
  readonly #service: PodsService;

  constructor(@Inject(PodsRepository) pods: PodsRepository, @Inject(PodsService) service: PodsService) {
    this.#pods = pods;
    this.#service = service;
  }

  @Get()
  list(@Param("namespace") namespace: string, @Query() query: unknown): List<Pod> {
    return this.#pods.list(namespaceParam(namespace), parseQuery(ListQuery, query));
  }

  @Post()
  async create(
    @Param("namespace") namespace: string,
    @Body() body: unknown,
    @Asked() asked: Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Pod> {
    const pod = await this.#service.create(namespaceParam(namespace), body, asked);
    void reply.header("Location", `/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}`);
    return tagged(pod, reply);
  }

  @Get(":name")
  get(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Pod {
    return tagged(this.#pods.get(namespace, name), reply);
  }

  @Put(":name")
  async replace(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Body() body: unknown,
    @Asked() asked: Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Pod> {
    return tagged(await this.#service.replace(namespace, name, body, asked), reply);
  }

  @Patch(":name")
  async patch(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Body() body: unknown,
    @Asked() asked: Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Pod> {
    return tagged(await this.#service.patch(namespace, name, body, asked), reply);
  }

  @Delete(":name")
  async remove(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Asked() asked: Request,
  ): Promise<Pod> {
    return this.#service.remove(namespace, name, asked);
  }

  @Post(":name/kill")
  @HttpCode(200)
  async kill(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Body() body: unknown,
    @Asked() asked: Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Pod> {
    expectNoBody(body);
    return tagged(await this.#service.kill(namespace, name, asked), reply);
  }

  @Post(":name/restart")
  @HttpCode(200)
  async restart(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Body() body: unknown,
    @Asked() asked: Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Pod> {
    expectNoBody(body);
    return tagged(await this.#service.restart(namespace, name, asked), reply);
  }
}
