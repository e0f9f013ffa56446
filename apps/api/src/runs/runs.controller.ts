import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Res } from "@nestjs/common";
import { CompareQuery, type List, ListQuery, type Run, type RunComparison, type RunSeries } from "@ratchet/contracts";
import type { FastifyReply } from "fastify";
import { expectNoBody, parseQuery } from "../admission/parse-object.js";
import { namespaceParam } from "../http/path-params.js";
import { Asked } from "../http/request.decorator.js";
import { tagged } from "../http/tagged.js";
import type { Request } from "../state/intents.js";
import { compareRuns } from "./compare-runs.js";
import { junitOf } from "./report/junit.js";
import { reportOf } from "./report/report.js";
import { RunsRepository } from "./runs.repository.js";
import { RunsService } from "./runs.service.js";

const REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'";

@Controller("api/v1/namespaces/:namespace/runs")
export class RunsController {
  readonly #runs: RunsRepository;
  readonly #service: RunsService;

  constructor(@Inject(RunsRepository) runs: RunsRepository, @Inject(RunsService) service: RunsService) {
    this.#runs = runs;
    this.#service = service;
  }

  @Get()
  list(@Param("namespace") namespace: string, @Query() query: unknown): List<Run> {
    return this.#runs.list(namespaceParam(namespace), parseQuery(ListQuery, query));
  }

  @Post()
  async create(
    @Param("namespace") namespace: string,
    @Query() query: unknown,
    @Body() body: unknown,
    @Asked() asked: Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Run> {
    const { run, isDry } = await this.#service.create(namespaceParam(namespace), body, query, asked);
    if (isDry) void reply.status(200);
    else void reply.header("Location", `/api/v1/namespaces/${namespace}/runs/${run.metadata.name}`);
    return tagged(run, reply);
  }

  @Get(":name")
  get(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Run {
    return tagged(this.#runs.get(namespace, name), reply);
  }

  @Delete(":name")
  remove(@Param("namespace") namespace: string, @Param("name") name: string, @Asked() asked: Request): Promise<Run> {
    return this.#service.remove(namespace, name, asked);
  }

  @Post(":name/cancel")
  @HttpCode(200)
  async cancel(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Body() body: unknown,
    @Asked() asked: Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Run> {
    expectNoBody(body);
    return tagged(await this.#service.cancel(namespace, name, asked), reply);
  }

  @Get(":name/series")
  series(@Param("namespace") namespace: string, @Param("name") name: string): RunSeries {
    return this.#runs.series(namespace, name);
  }

  /** Self-contained HTML; beside an earlier run with `?with=`. */
  @Get(":name/report")
  report(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): string {
    const { with: other } = parseQuery(CompareQuery.partial(), query);
    const run = this.#runs.get(namespace, name);
    const comparison = other === undefined ? undefined : compareRuns(this.#runs.get(namespace, other), run);
    // It has no scripts and loads nothing; our own page may show it in a frame.
    void reply
      .header("Content-Type", "text/html; charset=utf-8")
      .header("Content-Security-Policy", REPORT_POLICY)
      .header("X-Frame-Options", "SAMEORIGIN");
    return reportOf(run, this.#runs.series(namespace, name), comparison);
  }

  @Get(":name/junit")
  junit(
    @Param("namespace") namespace: string,
    @Param("name") name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): string {
    void reply.header("Content-Type", "application/xml; charset=utf-8");
    return junitOf(this.#runs.get(namespace, name));
  }

  @Get(":name/compare")
  compare(@Param("namespace") namespace: string, @Param("name") name: string, @Query() query: unknown): RunComparison {
    const { with: other } = parseQuery(CompareQuery, query);
    return compareRuns(this.#runs.get(namespace, other), this.#runs.get(namespace, name));
  }
}
