import { Controller, Get, Inject, Param, Query } from "@nestjs/common";
import { keys, type LinkTelemetry, TelemetryQuery } from "@ratchet/contracts";
import { parseQuery } from "../admission/parse-object.js";
import { Core } from "../core.js";
import { namespaceParam } from "../http/path-params.js";
import { notFound } from "../http/problem-error.js";
import { carrierOf } from "./carrier-of.js";

const DEFAULT_SECONDS = 60;

@Controller("api/v1/namespaces/:namespace/links/:name/telemetry")
export class TelemetryController {
  readonly #core: Core;

  constructor(@Inject(Core) core: Core) {
    this.#core = core;
  }

  @Get()
  read(@Param("namespace") namespace: string, @Param("name") name: string, @Query() query: unknown): LinkTelemetry {
    const { seconds = DEFAULT_SECONDS, step } = parseQuery(TelemetryQuery, query);
    const { mirror, registry, telemetry } = this.#core;
    const link = mirror.world.link(keys.link(namespaceParam(namespace), name))?.data;
    const answer = link === undefined ? undefined : telemetry.read(link.uid, { seconds, step }, Date.now());
    if (answer === undefined) throw notFound("Link", namespace, name);
    return { ...answer, carrier: carrierOf(mirror.world, registry, answer.uid) };
  }
}
