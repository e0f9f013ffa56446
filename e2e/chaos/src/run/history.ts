import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Change, List } from "@ratchet/contracts";
import type { Client } from "@ratchet/testkit";
import type { ModelChange } from "../model/world.js";

const PAGE = 200;
/** A history whose database is away is asked again. */
const PATIENCE_MS = 60_000;
const AGAIN_MS = 50;

/** What the API's history must say, and what it does. */
export class History {
  /** Newest first. */
  #known: { id: string; change: ModelChange }[] = [];
  readonly #expected = new Map<string, ModelChange[]>();
  #newestSeen = "";

  constructor(readonly client: Client) {}

  /** One of the changes known when the round began; 0 is the newest. */
  back(index: number): { id: string; change: ModelChange } | undefined {
    return this.#known[index];
  }

  /** The changes of one request, oldest first: its author names it. */
  async of(actor: string): Promise<Change[]> {
    return (await this.#since(this.#newestSeen)).filter((change) => change.actor === actor);
  }

  expect(actor: string, changes: ModelChange[]): void {
    this.#expected.set(actor, changes);
  }

  /** Every way in which what was recorded since the last call differs from what was accepted. */
  async compare(): Promise<string[]> {
    const differences: string[] = [];
    const fresh = await this.#since(this.#newestSeen);
    const found = Map.groupBy(fresh, (change) => change.actor);
    for (const [actor, changes] of this.#expected) {
      const recorded = found.get(actor) ?? [];
      found.delete(actor);
      differences.push(...compareChanges(actor, changes, recorded));
    }
    for (const [actor, changes] of found) {
      differences.push(
        `history: ${changes.length} changes of ${actor}, whose request was refused: ${summary(changes)}`,
      );
    }
    return differences;
  }

  /** The round is over: what it wrote can be taken back from now on. */
  async close(): Promise<void> {
    const fresh = await this.#since(this.#newestSeen);
    const queues = new Map([...this.#expected].map(([actor, changes]) => [actor, [...changes]]));
    for (const { id, actor, kind, namespace, name } of fresh) {
      const queue = queues.get(actor) ?? [];
      const at = queue.findIndex(
        (change) => change.kind === kind && change.namespace === namespace && change.name === name,
      );
      const [change] = queue.splice(at, 1);
      if (change !== undefined) this.#known.unshift({ id, change });
    }
    this.#known.length = Math.min(this.#known.length, 100);
    this.#newestSeen = fresh.at(-1)?.id ?? this.#newestSeen;
    this.#expected.clear();
  }

  /** Newer than `id`, oldest first. */
  async #since(id: string): Promise<Change[]> {
    const changes: Change[] = [];
    let token: string | undefined;
    do {
      const query = `?limit=${PAGE}${token === undefined ? "" : `&continue=${token}`}`;
      const page = await this.#page(query);
      changes.push(...page.items.filter((change) => change.id > id));
      token = page.items.some((change) => change.id <= id) ? undefined : page.metadata.continue;
    } while (token !== undefined);
    return changes.reverse();
  }

  async #page(query: string): Promise<List<Change>> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await this.client.must<List<Change>>("GET", `/api/v1/changes${query}`);
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await delay(AGAIN_MS);
      }
    }
  }
}

function compareChanges(actor: string, wanted: readonly ModelChange[], recorded: readonly Change[]): string[] {
  const differences: string[] = [];
  const rest = [...recorded];
  for (const change of wanted) {
    const at = rest.findIndex((item) => isSame(item, change));
    if (at >= 0) rest.splice(at, 1);
    else
      differences.push(
        `history: ${change.verb} ${change.kind} ${change.namespace}/${change.name} of ${actor} is missing or differs: ${JSON.stringify(change)}`,
      );
  }
  if (rest.length > 0) differences.push(`history: ${actor} has more: ${summary(rest)} ${JSON.stringify(rest)}`);
  return differences;
}

function isSame(recorded: Change, { verb, kind, namespace, name, before, after }: ModelChange): boolean {
  const isNamed =
    recorded.verb === verb && recorded.kind === kind && recorded.namespace === namespace && recorded.name === name;
  return isNamed && isAs(recorded.before, before) && isAs(recorded.after, after);
}

function isAs(recorded: object | null, document: { labels: object; spec: object } | null): boolean {
  if (recorded === null || document === null) return recorded === document;
  const { metadata, spec } = recorded as { metadata: { labels: object }; spec: object };
  return isDeepStrictEqual([metadata.labels, spec], [document.labels, document.spec]);
}

function summary(changes: readonly Change[]): string {
  return changes.map(({ verb, kind, namespace, name }) => `${verb} ${kind} ${namespace}/${name}`).join(", ");
}
