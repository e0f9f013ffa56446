import { Body, Controller, HttpCode, Inject, Param, Post, Res } from "@nestjs/common";
import type { Pod } from "@ratchet/contracts";
import type { FastifyReply } from "fastify";
import { expectNoBody } from "../admission/parse-object.js";
import { Asked } from "../http/request.decorator.js";
import { tagged } from "../http/tagged.js";
import { ObjectController } from "../objects/object.controller.js";
import type { Request } from "../state/intents.js";
import { PodsRepository } from "./pods.repository.js";
import { PodsService } from "./pods.service.js";

@Controller("api/v1/namespaces/:namespace/pods")
export class PodsController extends ObjectController<Pod, "Pod"> {
  readonly #service: PodsService;

  constructor(@Inject(PodsRepository) pods: PodsRepository, @Inject(PodsService) service: PodsService) {
    super(pods, service);
    this.#service = service;
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
