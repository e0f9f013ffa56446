import { Controller, Get, Inject, Param, Query } from "@nestjs/common";
import { API_VERSION, type Event, type List, wholeNumber } from "@ratchet/contracts";
import { z } from "zod";
import { parseQuery } from "../admission/parse-object.js";
import { Core } from "../core.js";
import { namespaceParam } from "../http/path-params.js";

const EventsQuery = z.strictObject({ limit: wholeNumber.pipe(z.int().min(1).max(1000)).default(200) });

@Controller("api/v1/namespaces/:namespace/events")
export class EventsController {
  readonly #core: Core;

  constructor(@Inject(Core) core: Core) {
    this.#core = core;
  }

  /** Newest first. */
  @Get()
  list(@Param("namespace") namespace: string, @Query() query: unknown): List<Event> {
    const { limit } = parseQuery(EventsQuery, query);
    const items = this.#core.events.list(namespaceParam(namespace), limit);
    return { apiVersion: API_VERSION, kind: "EventList", metadata: { revision: this.#core.mirror.revision }, items };
  }
}
