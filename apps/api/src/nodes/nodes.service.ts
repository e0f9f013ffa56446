import { Inject, Injectable } from "@nestjs/common";
import { keys, type List, type ListQuery, type Node } from "@ratchet/contracts";
import { Core } from "../core.js";
import { checkIfMatch } from "../http/if-match.js";
import { listPage } from "../http/list-query.js";
import { notFound, ProblemError } from "../http/problem-error.js";
import { dropNode } from "../plan/drop-node.js";
import type { Request } from "../state/intents.js";
import type { NodeRecord } from "../state/records.js";

/** Nodes come with their agents; only one whose agent is away can be taken out. */
@Injectable()
export class NodesService {
  readonly #core: Core;

  constructor(@Inject(Core) core: Core) {
    this.#core = core;
  }

  list(query: ListQuery): List<Node> {
    const { mirror, observer } = this.#core;
    return listPage("Node", mirror.world.nodes, (name) => observer.node(name), query, mirror.revision);
  }

  /** @throws ProblemError NotFound */
  get(name: string): Node {
    const node = this.#core.observer.node(name);
    if (node === undefined) throw notFound("Node", null, name);
    return node;
  }

  /** Forgets a node: its pods wait for another one, its VNIs are free. @throws ProblemError NotFound, Stale, Conflict */
  async remove(name: string, request: Request): Promise<Node> {
    const { intents, mirror, registry } = this.#core;
    const node = this.get(name);
    await intents.run(request, (draft) => {
      const held = draft.stored<NodeRecord>(keys.node(name));
      if (held === undefined) throw notFound("Node", null, name);
      checkIfMatch(request.ifMatch, held.modRevision);
      if (registry.isConnected(name)) {
        throw new ProblemError(
          "Conflict",
          `the agent of node ${name} is connected: stop it first, or the node would come back at once`,
        );
      }
      dropNode(draft, held.data, mirror.world);
      const { status: _status, ...before } = node;
      draft.note({ verb: "delete", kind: "Node", namespace: null, name, before, after: null });
      return { result: undefined, edits: [] };
    });
    registry.forget(name);
    return node;
  }
}
