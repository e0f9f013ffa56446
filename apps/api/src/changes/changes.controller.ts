import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from "@nestjs/common";
import { type Change, ChangesQuery, type List } from "@ratchet/contracts";
import { expectNoBody, parseQuery } from "../admission/parse-object.js";
import { Asked } from "../http/request.decorator.js";
import type { Request } from "../state/intents.js";
import { ChangesService } from "./changes.service.js";

@Controller("api/v1/changes")
export class ChangesController {
  readonly #service: ChangesService;

  constructor(@Inject(ChangesService) service: ChangesService) {
    this.#service = service;
  }

  @Get()
  list(@Query() query: unknown): Promise<List<Change>> {
    return this.#service.list(parseQuery(ChangesQuery, query));
  }

  @Get(":id")
  get(@Param("id") id: string): Promise<Change> {
    return this.#service.get(id);
  }

  @Post(":id/revert")
  @HttpCode(200)
  revert(@Param("id") id: string, @Body() body: unknown, @Asked() asked: Request): Promise<Change> {
    expectNoBody(body);
    return this.#service.revert(id, asked);
  }
}
