import { Body, Controller, Get, Inject, Param, Put } from "@nestjs/common";
import { Layout } from "@ratchet/contracts";
import { parseBody } from "../admission/parse-object.js";
import { namespaceParam } from "../http/path-params.js";
import { Asked } from "../http/request.decorator.js";
import type { Request } from "../state/intents.js";
import { LayoutsService } from "./layouts.service.js";

@Controller("api/v1/namespaces/:namespace/layout")
export class LayoutsController {
  readonly #service: LayoutsService;

  constructor(@Inject(LayoutsService) service: LayoutsService) {
    this.#service = service;
  }

  @Get()
  get(@Param("namespace") namespace: string): Promise<Layout> {
    return this.#service.get(namespaceParam(namespace));
  }

  @Put()
  put(@Param("namespace") namespace: string, @Body() body: unknown, @Asked() asked: Request): Promise<Layout> {
    return this.#service.put(namespaceParam(namespace), parseBody(Layout, body), asked.actor);
  }
}
