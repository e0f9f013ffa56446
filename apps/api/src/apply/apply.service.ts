import { Inject, Injectable } from "@nestjs/common";
import { type ApplyQuery, type ApplyResult, keys, LEGACY_LABELS, type PlanStep } from "@ratchet/contracts";
import { Core } from "../core.js";
import { refuse } from "../http/problem-error.js";
import type { Draft } from "../state/draft.js";
import { type IntentKind, keyOf, type Request } from "../state/intents.js";
import type { Committed } from "../state/transactor.js";
import { fromLegacy } from "./legacy.js";
import { planApply, planLeftovers } from "./plan-apply.js";
import { readDocuments } from "./read-documents.js";
import { readObjects } from "./read-objects.js";

const DEFAULT_NAMESPACE = "default";

/** Brings many objects to what a request says, as one transaction. */
@Injectable()
export class ApplyService {
  readonly #core: Core;

  constructor(@Inject(Core) core: Core) {
    this.#core = core;
  }

  async apply(body: unknown, query: ApplyQuery, request: Request): Promise<ApplyResult> {
    const { intents, mirror } = this.#core;
    if (request.ifMatch !== undefined) {
      const message = "is not taken by an apply, which writes many objects: leave it out, or PUT them one by one";
      throw refuse("Unsupported", [{ field: "If-Match", message, code: "Unsupported" }]);
    }
    const documents = await readDocuments(body);
    const { inputs, manifests } = readObjects(documents, query.namespace ?? DEFAULT_NAMESPACE);
    const decide = (draft: Draft) => {
      const legacy = fromLegacy(manifests, (namespace, podName) => this.#podOfPair(namespace, podName));
      const { edits, steps } = planApply(draft, [...inputs, ...legacy], mirror.world, query.prune, request.actor);
      return { result: steps, edits };
    };
    if (query.dryRun) return { dryRun: true, revision: mirror.revision, plan: intents.rehearse(decide) };
    const ids: string[] = [];
    const asked: Request = { ...request, onChanges: (more) => void ids.push(...more) };
    const { result, revision } = await intents.run(asked, decide);
    const late = query.prune === undefined ? undefined : await this.#pruneLate(query.prune, result, revision, asked);
    request.onChanges?.(ids);
    if (late === undefined || late.result.length === 0) return { dryRun: false, revision, plan: result };
    return { dryRun: false, revision: late.revision, plan: [...result, ...late.result] };
  }

  /** Whoever wrote to the set while the apply was decided and committed first came before it: that is pruned too. */
  #pruneLate(set: string, applied: PlanStep[], revision: number, request: Request): Promise<Committed<PlanStep[]>> {
    const { intents, mirror } = this.#core;
    const kept = new Set(applied.map(({ kind, namespace, name }) => keyOf(kind as IntentKind, namespace, name)));
    return intents.run(request, (draft) => {
      const { edits, steps } = planLeftovers(draft, mirror.world, set, kept, revision);
      return { result: steps, edits };
    });
  }

  #podOfPair(namespace: string, podName: string): string | undefined {
    const { world } = this.#core.mirror;
    for (const key of world.keysIn("pods", namespace)) {
      const pod = world.pod(key)?.data;
      if (pod?.labels[LEGACY_LABELS.podName] === podName) return pod.name;
    }
    return world.pod(keys.pod(namespace, podName))?.data.name;
  }
}
