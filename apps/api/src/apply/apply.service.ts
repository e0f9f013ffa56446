import { Inject, Injectable } from "@nestjs/common";
import { type ApplyQuery, type ApplyResult, keys, LEGACY_LABELS } from "@ratchet/contracts";
import { Core } from "../core.js";
import { refuse } from "../http/problem-error.js";
import type { Draft } from "../state/draft.js";
import type { Request } from "../state/intents.js";
import { fromLegacy } from "./legacy.js";
import { planApply } from "./plan-apply.js";
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
    const { result, revision } = await intents.run(request, decide);
    return { dryRun: false, revision, plan: result };
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
