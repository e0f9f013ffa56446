import { Body, Controller, HttpCode, Inject, Param, Post, Res } from "@nestjs/common";
import type { PingResult, TraceResult } from "@ratchet/contracts";
import type { FastifyReply } from "fastify";
import { namespaceParam } from "../http/path-params.js";
import { ProbesService } from "./probes.service.js";

@Controller("api/v1/namespaces/:namespace/pods/:name")
export class ProbesController {
  readonly #probes: ProbesService;

  constructor(@Inject(ProbesService) probes: ProbesService) {
    this.#probes = probes;
  }

  @Post("ping")
  @HttpCode(200)
  ping(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PingResult> {
    return this.#probes.ping(namespaceParam(namespace), name, body, untilGone(reply));
  }

  @Post("trace")
  @HttpCode(200)
  trace(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TraceResult> {
    return this.#probes.trace(namespaceParam(namespace), name, body, untilGone(reply));
  }
}

/** Aborted when the client hangs up before it has its answer. */
function untilGone(reply: FastifyReply): AbortSignal {
  const abort = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) abort.abort();
  });
  return abort.signal;
}
