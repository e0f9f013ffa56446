import type { Client } from "@ratchet/testkit";
import { type ExpectedPort, expect, lifeOf, type ModelNode, nodeOf, withoutFormerLives } from "../model/expected.js";
import { perform, type Resolved, settled } from "../model/perform.js";
import { emptyWorld, podIn, type World } from "../model/world.js";
import type { Operation } from "../schedule/operation.js";
import { History } from "./history.js";
import { type Addressed, type Answer, send } from "./requests.js";

interface Sent {
  operation: Operation;
  actor: string;
  resolved: Resolved;
  answer: Answer;
}

/** Sends writes, and follows in the model what was accepted of them. */
export class Writer {
  world: World = emptyWorld;
  readonly history: History;
  accepted = 0;
  refused = 0;
  /** Ports that were there, as the same port, all through the round: by alias, their life. */
  steady = new Map<string, string>();
  /** Ports that were asked for with another MAC at any time in the round. */
  readonly remarked = new Set<string>();
  #macs = new Map<string, string | undefined>();
  #count = 0;
  #tries = 0;

  constructor(
    readonly client: Client,
    readonly nodes: readonly ModelNode[],
    /** Who takes writes: each in turn, so that one is not always told first of what it made itself. */
    readonly doors: readonly string[] = [client.url],
    /** Resolves when no write whose connection broke can be under way to the store any more. */
    readonly landed: () => Promise<void> = async () => {},
  ) {
    this.history = new History(client);
  }

  begin(): void {
    const ports = this.#ports();
    this.steady = new Map([...ports].map(([alias, { life }]) => [alias, life]));
    this.#macs = new Map([...ports].map(([alias, { mac }]) => [alias, mac]));
    this.remarked.clear();
  }

  async end(): Promise<void> {
    await this.history.close();
    this.world = settled(this.world);
  }

  /** Sends writes at the same time. Returns what was answered wrongly. */
  async write(operations: readonly Operation[], round: number): Promise<string[]> {
    const sent: Sent[] = [];
    await Promise.all(
      operations.map(async (operation) => {
        const actor = `chaos-${round}-${this.#count++}`;
        const change = operation.op === "revert" ? this.history.back(operation.back) : undefined;
        if (operation.op === "revert" && change === undefined) return;
        const addressed: Addressed = operation.op === "revert" ? { op: "revert", id: change?.id ?? "" } : operation;
        const resolved =
          operation.op === "revert" && change ? { op: "revert" as const, change: change.change } : operation;
        const isRecorded = async (author: string) => (await this.history.of(author)).length > 0;
        const answer = await send(addressed, actor, {
          url: () => this.doors[this.#tries++ % this.doors.length] as string,
          isRecorded,
          landed: this.landed,
        });
        sent.push({ operation, actor, resolved: resolved as Resolved, answer });
      }),
    );
    return sent.length === 1 ? this.#judgeOne(sent[0] as Sent) : this.#judgeTogether(sent);
  }

  /** Somebody pulled a pod's namespace away: it is gone for the rest of this life. */
  pulled(namespace: string, name: string): void {
    const pod = podIn(this.world, namespace, name);
    if (pod === undefined) return;
    const pulled = new Map(this.world.pulled).set(
      `Pod ${namespace}/${name}`,
      lifeOf(this.world, pod, nodeOf(pod, this.nodes)),
    );
    this.#moveTo({ ...this.world, pulled });
  }

  #judgeOne(sent: Sent): string[] {
    const { accepted, refusals } = perform(this.world, sent.resolved);
    if (sent.answer.isAccepted) {
      if (accepted === undefined) return [wrong(sent, `had to be refused with ${refusals.join(" or ")}`)];
      this.#take(sent, accepted);
      return [];
    }
    this.refused++;
    return refusals.includes(sent.answer.code)
      ? []
      : [wrong(sent, accepted === undefined ? `had to be ${refusals.join(" or ")}` : "had to be accepted")];
  }

  /** Writes that met: the history says in which order they took effect, and in that order each must be right. */
  async #judgeTogether(sent: readonly Sent[]): Promise<string[]> {
    const firstIds = new Map<string, string>();
    for (const { actor, answer } of sent) {
      const [first] = answer.isAccepted ? await this.history.of(actor) : [];
      if (first !== undefined) firstIds.set(actor, first.id);
    }
    const ordered = sent.filter(({ actor }) => firstIds.has(actor));
    ordered.sort((a, b) => ((firstIds.get(a.actor) as string) < (firstIds.get(b.actor) as string) ? -1 : 1));
    const worlds = [this.world];
    const differences: string[] = [];
    for (const item of ordered) {
      differences.push(...this.#judgeOne(item));
      worlds.push(this.world);
    }
    for (const item of sent.filter(({ actor }) => !firstIds.has(actor))) {
      const { answer } = item;
      const verdicts = worlds.map((world) => perform(world, item.resolved));
      const isRight = answer.isAccepted
        ? verdicts.some(({ accepted }) => accepted?.changes.length === 0)
        : verdicts.some(({ refusals }) => refusals.includes(answer.code));
      if (answer.isAccepted) this.history.expect(item.actor, []);
      else this.refused++;
      if (!isRight) differences.push(wrong(item, "fits no order of what was sent with it"));
    }
    return differences;
  }

  #take(sent: Sent, { world, changes }: NonNullable<ReturnType<typeof perform>["accepted"]>): void {
    this.accepted++;
    this.history.expect(sent.actor, changes);
    this.#moveTo(world);
  }

  #moveTo(world: World): void {
    this.world = withoutFormerLives(world, this.nodes);
    const ports = this.#ports();
    for (const [alias, life] of this.steady) if (ports.get(alias)?.life !== life) this.steady.delete(alias);
    for (const [alias, { mac }] of ports) if (mac !== this.#macs.get(alias)) this.remarked.add(alias);
  }

  #ports(): Map<string, ExpectedPort> {
    const { nodes } = expect(this.world, this.nodes);
    const pods = [...nodes.values()].flatMap((node) => [...node.pods.values()]);
    return new Map(pods.flatMap((pod) => [...pod.ports.values()]).map((port) => [port.alias, port]));
  }
}

function wrong({ operation, actor, answer }: Sent, why: string): string {
  const said = answer.isAccepted ? "was accepted" : `was refused (${answer.code}: ${answer.detail})`;
  return `answer: ${JSON.stringify(operation)} of ${actor} ${said}, ${why}`;
}
