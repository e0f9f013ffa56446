import { Body, Delete, Get, Param, Patch, Post, Put, Query, Req, Res } from "@nestjs/common";
import { type List, ListQuery, type Metadata } from "@ratchet/contracts";
import type { FastifyReply, FastifyRequest } from "fastify";
import { parseQuery } from "../admission/parse-object.js";
import { namespaceParam } from "../http/path-params.js";
import { Asked } from "../http/request.decorator.js";
import { tagged } from "../http/tagged.js";
import type { IntentKind, Request } from "../state/intents.js";
import type { ObjectRepository } from "./object.repository.js";
import type { ObjectService } from "./object.service.js";

/** The paths every kind of object has below `/api/v1/namespaces/:namespace/`; a kind's own controller adds its actions. */
export abstract class ObjectController<T extends { metadata: Metadata }, K extends IntentKind> {
  readonly #objects: ObjectRepository<T>;
  readonly #service: ObjectService<T, K>;

  constructor(objects: ObjectRepository<T>, service: ObjectService<T, K>) {
    this.#objects = objects;
    this.#service = service;
  }

  @Get()
  list(@Param("namespace") namespace: string, @Query() query: unknown): List<T> {
    return this.#objects.list(namespaceParam(namespace), parseQuery(ListQuery, query));
  }

  @Post()
  async create(
    @Param("namespace") namespace: string,
    @Body() body: unknown,
    @Asked() asked: Request,
    @Req() { routeOptions }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<T> {
    const object = await this.#service.create(namespaceParam(namespace), body, asked);
    const path = (routeOptions.url ?? "").replace(":namespace", namespace);
    void reply.header("Location", `${path}/${object.metadata.name}`);
    return tagged(object, reply);
  }

  @Get(":name")
  get(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): T {
    return tagged(this.#objects.get(namespace, name), reply);
  }

  @Put(":name")
  async replace(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Body() body: unknown,
    @Asked() asked: Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<T> {
    return tagged(await this.#service.replace(namespace, name, body, asked), reply);
  }

  @Patch(":name")
  async patch(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Body() body: unknown,
    @Asked() asked: Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<T> {
    return tagged(await this.#service.patch(namespace, name, body, asked), reply);
  }

  @Delete(":name")
  async remove(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Asked() asked: Request,
  ): Promise<T> {
    return this.#service.remove(namespace, name, asked);
  }
}
