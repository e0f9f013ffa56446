import { Body, Controller, Get, Inject, Param, Put } from "@nestjs/common";
import { type Pools, PoolsInput } from "@ratchet/contracts";
import { parseBody } from "../admission/parse-object.js";
import { namespaceParam } from "../http/path-params.js";
import { Asked } from "../http/request.decorator.js";
import type { Request } from "../state/intents.js";
import { PoolsService } from "./pools.service.js";

@Controller("api/v1/namespaces/:namespace/pools")
export class PoolsController {
  readonly #service: PoolsService;

  constructor(@Inject(PoolsService) service: PoolsService) {
    this.#service = service;
  }

  @Get()
  get(@Param("namespace") namespace: string): Pools {
    return this.#service.get(namespaceParam(namespace));
  }

  @Put()
  put(@Param("namespace") namespace: string, @Body() body: unknown, @Asked() asked: Request): Promise<Pools> {
    return this.#service.put(namespaceParam(namespace), parseBody(PoolsInput, body), asked);
  }
}
