import { Body, Controller, HttpCode, Inject, Param, Post } from "@nestjs/common";
import type { HealResult } from "@ratchet/contracts";
import { expectNoBody } from "../admission/parse-object.js";
import { namespaceParam } from "../http/path-params.js";
import { Asked } from "../http/request.decorator.js";
import type { Request } from "../state/intents.js";
import { FaultsService } from "./faults.service.js";

/** Ends every fault at once. */
@Controller("api/v1")
export class HealController {
  readonly #service: FaultsService;

  constructor(@Inject(FaultsService) service: FaultsService) {
    this.#service = service;
  }

  @Post("heal")
  @HttpCode(200)
  everywhere(@Body() body: unknown, @Asked() asked: Request): Promise<HealResult> {
    expectNoBody(body);
    return this.#service.healAll(undefined, asked);
  }

  @Post("namespaces/:namespace/heal")
  @HttpCode(200)
  namespace(
    @Param("namespace") namespace: string,
    @Body() body: unknown,
    @Asked() asked: Request,
  ): Promise<HealResult> {
    expectNoBody(body);
    return this.#service.healAll(namespaceParam(namespace), asked);
  }
}
