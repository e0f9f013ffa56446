import { isDeepStrictEqual } from "node:util";
import { type FaultInput, keys, type LinkInput, type PodInput, type ScenarioInput } from "@ratchet/contracts";
import { faultRecord } from "../admission/admit-fault.js";
import { linkRecord, type Surroundings } from "../admission/admit-link.js";
import { podRecord } from "../admission/admit-pod.js";
import { scenarioRecord } from "../admission/admit-scenario.js";
import { protectMarks } from "../admission/protect-marks.js";
import { withLastingNames } from "../admission/senders.js";
import { type Condition, checkIfMatch, stale } from "../http/if-match.js";
import { notFound, ProblemError } from "../http/problem-error.js";
import { type Edit, stage } from "../plan/stage.js";
import type { Observer } from "../status/observer.js";
import { Draft } from "./draft.js";
import type { Mirror } from "./mirror.js";
import type { AnyRecord, FaultRecord, Held, LinkRecord, PodRecord, ScenarioRecord } from "./records.js";
import type { SettleToolbox } from "./settle-toolbox.js";
import type { Committed, Transactor } from "./transactor.js";

export type Input =
  | { kind: "Pod"; input: PodInput }
  | { kind: "Link"; input: LinkInput }
  | { kind: "Fault"; input: FaultInput }
  | { kind: "Scenario"; input: ScenarioInput };
export type IntentKind = Input["kind"];

/** Who asks, at which revision the object must be, and who wants to know what was recorded. */
export interface Request {
  actor: string;
  ifMatch?: Condition;
  onChanges?: (ids: string[]) => void;
}

/** Every change of what is asked for goes through here: admission, claims and history in one transaction. */
export class Intents {
  readonly #transactor: Transactor;
  readonly #mirror: Mirror;
  readonly #observer: Observer;
  readonly #toolbox: SettleToolbox;

  constructor(transactor: Transactor, mirror: Mirror, observer: Observer, toolbox: SettleToolbox) {
    this.#transactor = transactor;
    this.#mirror = mirror;
    this.#observer = observer;
    this.#toolbox = toolbox;
  }

  /** @throws ProblemError AlreadyExists and every refusal of admission */
  create(namespace: string, object: Input, request: Request): Promise<Committed<string>> {
    return this.run(request, (draft) => {
      const key = keyOf(object.kind, namespace, object.input.metadata.name);
      // What is not there yet meets no condition (RFC 9110, section 13.1.1).
      if (request.ifMatch !== undefined)
        throw stale("If-Match asks for an object that exists: leave it out to create one");
      if (draft.read(key) !== undefined) throw nameTaken(object.kind, namespace, object.input.metadata.name);
      return { result: key, edits: [editOf(draft, object, key, namespace, undefined, "create", request.actor)] };
    });
  }

  /** `make` gives what the object shall be, from what it is. @throws ProblemError NotFound, Stale */
  update(
    kind: IntentKind,
    namespace: string,
    name: string,
    request: Request,
    make: (held: Held<AnyRecord>) => Input,
    verb: "update" | "reroute" = "update",
  ): Promise<Committed<string>> {
    return this.run(request, (draft) => {
      const key = keyOf(kind, namespace, name);
      const held = existing(draft, kind, namespace, name, request.ifMatch);
      return { result: key, edits: [editOf(draft, make(held), key, namespace, held.data, verb, request.actor)] };
    });
  }

  remove(kind: IntentKind, namespace: string, name: string, request: Request): Promise<Committed<string>> {
    return this.run(request, (draft) => {
      const key = keyOf(kind, namespace, name);
      const { data } = existing(draft, kind, namespace, name, request.ifMatch);
      const edit = { key, kind, verb: "delete", before: data, after: undefined } as Edit;
      return { result: key, edits: [edit] };
    });
  }

  /** Decides on edits and commits them with what follows from them; decided anew when overtaken. */
  async run<T>(
    { actor, onChanges }: Request,
    decide: (draft: Draft) => { result: T; edits: Edit[] },
  ): Promise<Committed<T>> {
    const committed = await this.#transactor.commit(actor, (draft) => {
      const { result, edits } = decide(draft);
      stage(draft, edits, this.surroundings(), this.#toolbox.tools());
      return result;
    });
    onChanges?.(committed.changes.map(({ id }) => id));
    return committed;
  }

  /** Decides as run() would, throws as it would, and changes nothing. */
  rehearse<T>(decide: (draft: Draft) => { result: T; edits: Edit[] }): T {
    const draft = new Draft(this.#mirror.world);
    const { result, edits } = decide(draft);
    stage(draft, edits, this.surroundings(), this.#toolbox.tools());
    return result;
  }

  surroundings(): Surroundings {
    return { carriedMtuBytes: this.#observer.carriedMtuBytes, nowIso: new Date().toISOString() };
  }
}

export function keyOf(kind: IntentKind, namespace: string, name: string): string {
  if (kind === "Fault") return keys.fault(namespace, name);
  if (kind === "Scenario") return keys.scenario(namespace, name);
  return kind === "Pod" ? keys.pod(namespace, name) : keys.link(namespace, name);
}

/** The edit that makes an object what the input says; without effect when it is that already. */
export function editOf(
  draft: Draft,
  object: Input,
  key: string,
  namespace: string,
  before: AnyRecord | undefined,
  verb: Edit["verb"],
  actor: string,
): Edit {
  const now = new Date().toISOString();
  if (object.kind === "Pod") {
    const after = protectMarks(podRecord(object.input, namespace, before as PodRecord | undefined, now), before);
    return { kind: "Pod", key, verb, before: before as PodRecord | undefined, after };
  }
  if (object.kind === "Fault") {
    const held = before as FaultRecord | undefined;
    return { kind: "Fault", key, verb, before: held, after: faultRecord(object.input, namespace, held, now, actor) };
  }
  if (object.kind === "Scenario") {
    const held = before as ScenarioRecord | undefined;
    return { kind: "Scenario", key, verb, before: held, after: scenarioRecord(object.input, namespace, held, now) };
  }
  const link = withLastingNames(draft, linkRecord(object.input, namespace, before as LinkRecord | undefined, now));
  const after = protectMarks(link, before);
  return { kind: "Link", key, verb, before: before as LinkRecord | undefined, after };
}

export function isNoChange({ before, after }: Edit): boolean {
  return isDeepStrictEqual(before, after);
}

/** @throws ProblemError NotFound, Stale */
export function existing(
  draft: Draft,
  kind: IntentKind,
  namespace: string,
  name: string,
  ifMatch: Condition | undefined,
): Held<AnyRecord> {
  const held = draft.stored<AnyRecord>(keyOf(kind, namespace, name));
  if (held === undefined) throw notFound(kind, namespace, name);
  checkIfMatch(ifMatch, held.modRevision);
  return held;
}

export function nameTaken(kind: string, namespace: string, name: string): ProblemError {
  const message = `${name} is taken by another ${kind} of namespace ${namespace}: choose another name, or change that one with PUT or PATCH`;
  return new ProblemError("AlreadyExists", message, {
    errors: [{ field: "metadata.name", message, code: "AlreadyExists" }],
  });
}
