import { keys } from "@ratchet/contracts";
import { refuse } from "../http/problem-error.js";
import { documentOf } from "./documents.js";
import type { Draft } from "./draft.js";
import { existing, type Intents, type Request } from "./intents.js";
import type { PodRecord, RunRecord } from "./records.js";

/** Kills and restarts managed pods. The pod's spec and revision stay as they are. */
export class Runs {
  readonly #intents: Intents;

  constructor(intents: Intents) {
    this.#intents = intents;
  }

  /** Killing what is killed changes nothing. @throws ProblemError NotFound, Stale, Invalid */
  async kill(namespace: string, name: string, request: Request): Promise<void> {
    await this.#change("kill", namespace, name, request, (run) => (run.isRunning ? { ...run, isRunning: false } : run));
  }

  /** Also of a pod that runs: its namespace is made anew. @throws ProblemError NotFound, Stale, Invalid */
  async restart(namespace: string, name: string, request: Request): Promise<void> {
    await this.#change("restart", namespace, name, request, (run) => ({
      ...run,
      isRunning: true,
      incarnation: run.incarnation + 1,
    }));
  }

  async #change(
    verb: "kill" | "restart",
    namespace: string,
    name: string,
    request: Request,
    next: (run: RunRecord) => RunRecord,
  ): Promise<void> {
    await this.#intents.run(request, (draft) => {
      const held = existing(draft, "Pod", namespace, name, request.ifMatch);
      const pod = held.data as PodRecord;
      const before = runOf(draft, pod);
      changeRun(draft, pod, held.modRevision, before, next(before), verb);
      return { result: undefined, edits: [] };
    });
  }
}

export function runOf(draft: Draft, pod: PodRecord): RunRecord {
  const run = draft.read<RunRecord>(keys.run(pod.namespace, pod.name));
  return run?.podUid === pod.uid ? run : { podUid: pod.uid, isRunning: true, incarnation: 0 };
}

/** @throws ProblemError Invalid when the pod's namespace is not ours to end */
export function changeRun(
  draft: Draft,
  pod: PodRecord,
  revision: number,
  before: RunRecord,
  after: RunRecord,
  verb: "kill" | "restart" | "revert",
  revertOf?: string,
): void {
  if (pod.spec.sandbox === undefined || !("managed" in pod.spec.sandbox)) {
    const message = "is not {managed: true}: whoever made this pod's namespace has to end it";
    throw refuse("Invalid", [{ field: "spec.sandbox", message }]);
  }
  if (before === after) return;
  draft.put(keys.run(pod.namespace, pod.name), after);
  const document = documentOf("Pod", pod, revision);
  draft.note({
    verb,
    kind: "Pod",
    namespace: pod.namespace,
    name: pod.name,
    before: { ...document, run: shown(before) },
    after: { ...document, run: shown(after) },
    ...(revertOf === undefined ? {} : { revertOf }),
  });
}

function shown({ isRunning, incarnation }: RunRecord): Omit<RunRecord, "podUid"> {
  return { isRunning, incarnation };
}
