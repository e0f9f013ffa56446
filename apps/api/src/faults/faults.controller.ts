import { Body, Controller, HttpCode, Inject, Param, Post, Res } from "@nestjs/common";
import type { Fault } from "@ratchet/contracts";
import type { FastifyReply } from "fastify";
import { expectNoBody } from "../admission/parse-object.js";
import { Asked } from "../http/request.decorator.js";
import { tagged } from "../http/tagged.js";
import { ObjectController } from "../objects/object.controller.js";
import type { Request } from "../state/intents.js";
import { FaultsRepository } from "./faults.repository.js";
import { FaultsService } from "./faults.service.js";

@Controller("api/v1/namespaces/:namespace/faults")
export class FaultsController extends ObjectController<Fault, "Fault"> {
  readonly #service: FaultsService;

  constructor(@Inject(FaultsRepository) faults: FaultsRepository, @Inject(FaultsService) service: FaultsService) {
    super(faults, service);
    this.#service = service;
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
