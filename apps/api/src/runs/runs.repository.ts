import { Inject, Injectable } from "@nestjs/common";
import { keys, type List, type ListQuery, type Run, RunSeries } from "@ratchet/contracts";
import { Core } from "../core.js";
import { listPage } from "../http/list-query.js";
import { notFound } from "../http/problem-error.js";
import { runOf } from "./run-of.js";

/** Reads runs as a client sees them. */
@Injectable()
export class RunsRepository {
  readonly #core: Core;

  constructor(@Inject(Core) core: Core) {
    this.#core = core;
  }

  /** @throws ProblemError NotFound */
  get(namespace: string, name: string): Run {
    const held = this.#core.mirror.world.scenarioRun(keys.scenarioRun(namespace, name));
    if (held === undefined) throw notFound("Run", namespace, name);
    return runOf(held);
  }

  list(namespace: string, query: ListQuery): List<Run> {
    const { mirror } = this.#core;
    const prefix = keys.scenarioRuns(namespace);
    const names = [...mirror.world.keysIn("scenarioRuns", namespace)].map((key) => key.slice(prefix.length));
    const load = (name: string) => this.get(namespace, name);
    return listPage("Run", names, load, query, mirror.revision);
  }

  /** What its probes saw over time; from memory while this process carries it out. */
  series(namespace: string, name: string): RunSeries {
    this.get(namespace, name);
    const live = this.#core.scenarioRuns.liveSeries(keys.scenarioRun(namespace, name));
    const stored = this.#core.mirror.world.entry(keys.seriesOfRun(namespace, name))?.data;
    return live ?? RunSeries.safeParse(stored).data ?? { probes: [] };
  }
}
