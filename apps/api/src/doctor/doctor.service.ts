import { Inject, Injectable } from "@nestjs/common";
import { type DoctorReport, type Finding, KEY_ROOT, keys } from "@ratchet/contracts";
import { AgentCallError } from "../agents/agent-rpc.js";
import { Core } from "../core.js";
import { checkNode, nodeAway, wishFor } from "./check-node.js";
import { checkStore } from "./check-store.js";
import { type Diagnosis, identityOf } from "./diagnosis.js";
import { mendStore } from "./mend-store.js";

const INSPECT_MS = 15_000;
/** A change under way is over by then, or is trouble. */
const SECOND_LOOK_MS = 700;

/** Compares store, allocations and kernels. */
@Injectable()
export class DoctorService {
  readonly #core: Core;

  constructor(@Inject(Core) core: Core) {
    this.#core = core;
  }

  async examine(): Promise<DoctorReport> {
    const { found, ...seen } = await this.#look();
    return { ...seen, findings: found.map(shown), mended: [] };
  }

  /** Mends, and looks again. */
  async mend(): Promise<DoctorReport> {
    const before = await this.#look();
    if (before.found.length === 0) return { ...before, findings: [], mended: [] };
    await mendStore(this.#core, before.found);
    const nodes = new Set(before.found.filter(({ isMendable }) => isMendable).map(({ where }) => where));
    await Promise.all(before.nodes.filter((node) => nodes.has(node)).map((node) => this.#ask(node, true)));
    await pause();
    const { found, ...after } = await this.#look();
    const left = new Set(found.map(identityOf));
    const mended = before.found.filter((finding) => !left.has(identityOf(finding)));
    this.#core.log.info({ mended: mended.map(({ message }) => message) }, "the doctor mended");
    return { ...after, findings: found.map(shown), mended: mended.map(shown) };
  }

  /** Looks twice where something is wrong: what is gone by then was only under way. */
  async #look(): Promise<{ at: string; revision: number; nodes: string[]; found: Diagnosis[] }> {
    const first = await this.#lookOnce();
    if (first.found.length === 0) return first;
    await pause();
    const second = await this.#lookOnce();
    const before = new Set(first.found.map(identityOf));
    return { ...second, found: second.found.filter((finding) => before.has(identityOf(finding))) };
  }

  async #lookOnce(): Promise<{ at: string; revision: number; nodes: string[]; found: Diagnosis[] }> {
    const { store, mirror } = this.#core;
    const names = [...mirror.world.nodes].sort();
    const [{ revision, entries }, ...answers] = await Promise.all([
      store.range(KEY_ROOT),
      ...names.map((node) => this.#examineNode(node)),
    ]);
    return {
      at: new Date().toISOString(),
      revision,
      nodes: answers.filter(({ isSeen }) => isSeen).map(({ node }) => node),
      found: [...checkStore(entries, Date.now()), ...answers.flatMap(({ found }) => found)],
    };
  }

  async #examineNode(node: string): Promise<{ node: string; isSeen: boolean; found: Diagnosis[] }> {
    const { mirror, observer, registry } = this.#core;
    try {
      const result = await this.#ask(node, false);
      // After the answer: what was asked for meanwhile is not missed, the second look would not find it either.
      const wish = wishFor(node, mirror.world, observer, registry);
      return { node, isSeen: true, found: checkNode(node, result, wish) };
    } catch (error) {
      if (!(error instanceof AgentCallError)) throw error;
      return { node, isSeen: false, found: mirror.world.entry(keys.node(node)) ? [nodeAway(node, error.message)] : [] };
    }
  }

  #ask(node: string, mend: boolean) {
    return this.#core.agents.rpc.call(node, "inspect", { mend }, { timeoutMs: INSPECT_MS });
  }
}

function shown({ mend: _, ...finding }: Diagnosis): Finding {
  return finding;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SECOND_LOOK_MS));
}
