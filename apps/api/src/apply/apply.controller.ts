import { Body, Controller, HttpCode, Inject, Post, Query } from "@nestjs/common";
import { ApplyQuery, type ApplyResult } from "@ratchet/contracts";
import { parseQuery } from "../admission/parse-object.js";
import { Asked } from "../http/request.decorator.js";
import type { Request } from "../state/intents.js";
import { ApplyService } from "./apply.service.js";

@Controller("api/v1/apply")
export class ApplyController {
  readonly #service: ApplyService;

  constructor(@Inject(ApplyService) service: ApplyService) {
    this.#service = service;
  }

  @Post()
  @HttpCode(200)
  apply(@Body() body: unknown, @Query() query: unknown, @Asked() asked: Request): Promise<ApplyResult> {
    return this.#service.apply(body, parseQuery(ApplyQuery, query), asked);
  }
}
