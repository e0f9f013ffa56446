import { randomUUID } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { API_VERSION, type Change, type ChangesQuery, type List } from "@ratchet/contracts";
import { Core } from "../core.js";
import type { ChangeRecord, NewChange } from "../history/change-record.js";
import { checkIfMatch } from "../http/if-match.js";
import { notFound, refuse } from "../http/problem-error.js";
import type { Request } from "../state/intents.js";
import { planRevert, revisionOf } from "./plan-revert.js";

/** The history, newest first, and the way back. */
@Injectable()
export class ChangesService {
  readonly #core: Core;

  constructor(@Inject(Core) core: Core) {
    this.#core = core;
  }

  async list({ limit, continue: token, namespace, kind, name }: ChangesQuery): Promise<List<Change>> {
    const found = await this.#core.changes.list({
      limit: limit + 1,
      ...(token === undefined ? {} : { before: readToken(token) }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(kind === undefined ? {} : { kind }),
      ...(name === undefined ? {} : { name }),
    });
    const items = found.slice(0, limit);
    const last = found.length > limit ? items.at(-1) : undefined;
    const metadata = {
      revision: this.#core.mirror.revision,
      ...(last === undefined ? {} : { continue: Buffer.from(last.id).toString("base64url") }),
    };
    return { apiVersion: API_VERSION, kind: "ChangeList", metadata, items: items.map(shown) };
  }

  /** @throws ProblemError NotFound */
  async get(id: string): Promise<Change> {
    return shown(await this.#read(id));
  }

  /** Takes a change back and answers the change that did it. @throws ProblemError NotFound, Conflict, Unsupported */
  async revert(id: string, request: Request): Promise<Change> {
    const change = await this.#read(id);
    const { changes, revision } = await this.#core.intents.run(request, (draft) => {
      checkIfMatch(request.ifMatch, revisionOf(draft, change));
      return { result: undefined, edits: planRevert(draft, change, randomUUID) };
    });
    const [made] = changes;
    // Nothing had to be done: the change itself had changed nothing.
    return made === undefined ? shown(change) : shown({ ...made, revision });
  }

  async #read(id: string): Promise<ChangeRecord> {
    const change = await this.#core.changes.get(id);
    if (change === undefined) throw notFound("Change", null, id);
    return change;
  }
}

/** The revision that a change led to is known only after its commit. */
function shown({ batch: _batch, revision, ...change }: ChangeRecord | (NewChange & { revision: number })): Change {
  const after = change.after as { metadata?: { revision?: number } } | null;
  if (after?.metadata?.revision !== 0) return change;
  return { ...change, after: { ...after, metadata: { ...after.metadata, revision } } };
}

function readToken(token: string): string {
  const id = Buffer.from(token, "base64url").toString();
  if (/^[0-9a-f-]{36}$/.test(id)) return id;
  throw refuse("Invalid", [{ field: "continue", message: "is not what a list answered in metadata.continue" }]);
}
