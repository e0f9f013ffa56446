import { randomUUID } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { API_VERSION, keys, type Run, RunQuery, SCENARIO_LABEL, type ScenarioSpec } from "@ratchet/contracts";
import { parseQuery } from "../admission/parse-object.js";
import { Core } from "../core.js";
import { checkIfMatch } from "../http/if-match.js";
import { notFound, ProblemError } from "../http/problem-error.js";
import { metadataOf } from "../state/documents.js";
import type { Draft } from "../state/draft.js";
import { nameTaken, type Request } from "../state/intents.js";
import type { ScenarioRecord, ScenarioRunRecord } from "../state/records.js";
import { problemsOfRun } from "./admit-run.js";
import { planRun, shownSteps } from "./plan-run.js";
import { type AskedRun, readRun, refuseAt } from "./read-run.js";
import { isUnderWay } from "./run-keeper.js";
import { revisionOf, runOf } from "./run-of.js";
import { RunsRepository } from "./runs.repository.js";

const MAX_UNDER_WAY = 8;
/** Of a namespace; older ones that are over make room. */
const KEPT_RUNS = 100;

/** Begins, cancels and forgets runs. Who carries them out: RunKeeper. */
@Injectable()
export class RunsService {
  readonly #core: Core;
  readonly #runs: RunsRepository;

  constructor(@Inject(Core) core: Core, @Inject(RunsRepository) runs: RunsRepository) {
    this.#core = core;
    this.#runs = runs;
  }

  /** `isDry`: the run as it would begin. @throws ProblemError Malformed, Invalid, NotFound, AlreadyExists, Conflict */
  async create(
    namespace: string,
    body: unknown,
    query: unknown,
    request: Request,
  ): Promise<{ run: Run; isDry: boolean }> {
    const { dryRun, seed: querySeed, name: queryName } = parseQuery(RunQuery, query);
    const asked = await readRun(body, namespace);
    const source = this.#sourceOf(asked, namespace);
    const problems = problemsOfRun(source, this.#core.mirror.world, namespace);
    if (problems.length > 0) throw refuseAt(problems.map(asked.place));
    const seed = querySeed ?? asked.seed ?? source.seed;
    const name = queryName ?? asked.name ?? `${asked.scenario.slice(0, 50)}-${Date.now().toString(36)}`;
    const record = recordOf({ ...asked, name, source, seed, namespace, by: request.actor });
    if (dryRun === "true") return { run: runOf({ data: record, modRevision: 0 }), isDry: true };
    const { changes } = await this.#core.transactor.commit(request.actor, (draft) => this.#stage(draft, record));
    request.onChanges?.(changes.map(({ id }) => id));
    return { run: this.#runs.get(namespace, name), isDry: false };
  }

  /** Of a run that is over: nothing. @throws ProblemError NotFound */
  async cancel(namespace: string, name: string, { actor, onChanges }: Request): Promise<Run> {
    const key = keys.scenarioRun(namespace, name);
    const { changes } = await this.#core.transactor.commit(actor, (draft) => {
      const held = draft.stored<ScenarioRunRecord>(key);
      if (held === undefined) throw notFound("Run", namespace, name);
      const { data } = held;
      if (!isUnderWay(data) || data.cancel !== null) return;
      const cancel = { by: actor, at: new Date().toISOString() };
      const revision = revisionOf(held);
      draft.put(key, { ...data, revision, cancel } satisfies ScenarioRunRecord);
      const before = documentOf(data, revision);
      draft.note({ verb: "end", kind: "Run", namespace, name, before, after: { ...before, cancel } });
    });
    onChanges?.(changes.map(({ id }) => id));
    return this.#runs.get(namespace, name);
  }

  /** Answers it as it was. @throws ProblemError NotFound, Stale, Conflict while it is under way */
  async remove(namespace: string, name: string, { actor, ifMatch, onChanges }: Request): Promise<Run> {
    const run = this.#runs.get(namespace, name);
    const key = keys.scenarioRun(namespace, name);
    const { changes } = await this.#core.transactor.commit(actor, (draft) => {
      const held = draft.stored<ScenarioRunRecord>(key);
      if (held === undefined) throw notFound("Run", namespace, name);
      const revision = revisionOf(held);
      checkIfMatch(ifMatch, revision);
      if (isUnderWay(held.data)) throw new ProblemError("Conflict", `run ${name} is under way: cancel it first`);
      forget(draft, held.data);
      draft.note({
        verb: "delete",
        kind: "Run",
        namespace,
        name,
        before: documentOf(held.data, revision),
        after: null,
      });
    });
    onChanges?.(changes.map(({ id }) => id));
    return run;
  }

  #sourceOf({ inline, scenario }: AskedRun, namespace: string): ScenarioSpec {
    if (inline !== undefined) return inline;
    const held = this.#core.mirror.world.entry<ScenarioRecord>(keys.scenario(namespace, scenario));
    if (held === undefined) throw notFound("Scenario", namespace, scenario);
    return held.data.spec;
  }

  #stage(draft: Draft, record: ScenarioRunRecord): void {
    const { namespace, name } = record;
    const key = keys.scenarioRun(namespace, name);
    if (draft.read(key) !== undefined) throw nameTaken("Run", namespace, name);
    const { world } = this.#core.mirror;
    const all = [...world.allKeys("scenarioRuns")].flatMap((other) => world.scenarioRun(other)?.data ?? []);
    if (all.filter(isUnderWay).length >= MAX_UNDER_WAY) {
      throw new ProblemError("Conflict", `${MAX_UNDER_WAY} runs are under way: wait for one, or cancel one`);
    }
    const over = all.filter((run) => run.namespace === namespace && !isUnderWay(run));
    over.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
    for (const old of over.slice(KEPT_RUNS - 1)) forget(draft, old);
    draft.put(key, record);
    draft.note({ verb: "create", kind: "Run", namespace, name, before: null, after: documentOf(record, 0) });
  }
}

function forget(draft: Draft, { namespace, name }: ScenarioRunRecord): void {
  draft.delete(keys.scenarioRun(namespace, name));
  draft.delete(keys.seriesOfRun(namespace, name));
}

function documentOf(record: ScenarioRunRecord, revision: number): object {
  return { apiVersion: API_VERSION, kind: "Run", metadata: metadataOf(record, revision), spec: record.spec };
}

type Asked = Pick<AskedRun, "scenario" | "labels" | "annotations"> & {
  name: string;
  namespace: string;
  source: ScenarioSpec;
  seed: number;
  by: string;
};

function recordOf({ scenario, labels, annotations, name, namespace, source, seed, by }: Asked): ScenarioRunRecord {
  return {
    uid: randomUUID(),
    namespace,
    name,
    labels: { ...labels, [SCENARIO_LABEL]: scenario },
    annotations,
    createdAt: new Date().toISOString(),
    spec: { scenario, seed, source },
    owner: null,
    cancel: null,
    undo: [],
    status: {
      phase: "Pending",
      reason: "",
      message: "",
      by,
      startedAt: null,
      deadlineAt: null,
      endedAt: null,
      durationMs: null,
      steps: shownSteps(planRun(source, seed)),
      probes: [],
      events: [],
    },
  };
}
