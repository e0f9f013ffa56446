import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Lab, startLab } from "@ratchet/lab";
import { Client, machine, Random } from "@ratchet/testkit";
import { compareKernel } from "../look/compare-kernel.js";
import { compareStatus, type Shown } from "../look/compare-status.js";
import { compareStore } from "../look/compare-store.js";
import { compareIdentities, identitiesIn } from "../look/identities.js";
import { type Seen, seeKernel } from "../look/kernel.js";
import { probe } from "../look/probe.js";
import { readStoreFile } from "../look/store-file.js";
import { type Expected, expect, type ModelNode } from "../model/expected.js";
import { NAMESPACES } from "../schedule/names.js";
import { type Break, type Disturbance, isOperation, type Round } from "../schedule/operation.js";
import { AgentGate } from "./agent-gate.js";
import { breakKernel } from "./break-kernel.js";
import { Processes } from "./processes.js";
import { Writer } from "./writer.js";

export interface SuiteOptions {
  nodes: number;
  /** Bound on a round's convergence, ms. */
  convergeWithinMs: number;
  signal?: AbortSignal;
}

/** A lab that is being broken, and everything that watches it. */
export class Suite {
  #identities = new Map<string, string>();

  private constructor(
    readonly lab: Lab,
    readonly options: SuiteOptions,
    readonly processes: Processes,
    readonly writer: Writer,
    readonly nodes: readonly ModelNode[],
    readonly folder: string,
  ) {}

  static async start(options: SuiteOptions): Promise<Suite> {
    const folder = mkdtempSync(join(tmpdir(), "ratchet-chaos-"));
    const gates = new Map<string, AgentGate>();
    let lab: Lab | undefined;
    // Only the start is called off at once: a round ends before its lab does, or it would wait for answers in vain.
    const starting = new AbortController();
    const callOff = () => starting.abort();
    options.signal?.addEventListener("abort", callOff);
    try {
      for (const name of nodeNames(options.nodes)) {
        const gate = new AgentGate(join(folder, `${name}.sock`), () => lab?.socket ?? socketOf(folder));
        gates.set(name, gate);
        await gate.listen();
      }
      lab = await startLab({
        name: `chaos${process.pid}`,
        port: 0,
        nodes: options.nodes,
        dataDir: join(folder, "lab"),
        agentSocket: (node) => (gates.get(node) as AgentGate).path,
        // Everything has to be noticed by itself.
        resyncSeconds: 0,
        signal: starting.signal,
      });
      const nodes = lab.nodes.map(({ name, labels, address }) => ({ name, labels, address }));
      return new Suite(lab, options, new Processes(lab, gates), new Writer(new Client(lab.url), nodes), nodes, folder);
    } catch (error) {
      for (const gate of gates.values()) await gate.close();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    } finally {
      options.signal?.removeEventListener("abort", callOff);
    }
  }

  /** Plays a round and waits until everything is as it should be. Returns what is not, and how long that took. */
  async play(round: Round): Promise<{ differences: string[]; convergedInMs: number }> {
    this.writer.begin();
    const differences: string[] = [];
    for (const step of round.steps) {
      const singles = "together" in step ? step.together : [step];
      const others = singles.flatMap((single) => (isOperation(single) ? [] : [this.#do(single)]));
      differences.push(...(await this.writer.write(singles.filter(isOperation), round.number)));
      await Promise.all(others);
    }
    await this.processes.calm();
    const startedAt = performance.now();
    const { found, seen, expected } = await this.#converge();
    const convergedInMs = Math.round(performance.now() - startedAt);
    differences.push(...found);
    if (found.length === 0) {
      differences.push(...this.#compareIdentities(seen));
      differences.push(...(await probe(this.lab.names, expected, new Random(`probe/${round.number}`))));
    }
    await this.writer.end();
    return { differences, convergedInMs };
  }

  /** Removes everything and returns what is still there. */
  async stop(): Promise<string[]> {
    this.processes.release();
    await this.lab.stop();
    for (const gate of this.processes.gates.values()) await gate.close();
    rmSync(this.folder, { recursive: true, force: true });
    const { namespaces, interfaces, processes } = machine(this.lab.names.prefix, this.folder);
    return [...namespaces, ...interfaces, ...processes].map((item) => `left over at the end: ${item}`);
  }

  async #do(single: Disturbance | Break): Promise<void> {
    if ("disturb" in single) return this.processes.disturb(single);
    const { port, pod } = await breakKernel(this.lab.names, single);
    if (port !== undefined) this.writer.steady.delete(port);
    if (pod !== undefined) this.writer.pulled(pod.namespace, pod.name);
  }

  async #converge(): Promise<{ found: string[]; seen: Seen; expected: Expected }> {
    const expected = expect(this.writer.world, this.nodes);
    const deadline = performance.now() + this.options.convergeWithinMs;
    for (;;) {
      const seen = await this.#look();
      const found = compareKernel(expected, seen, this.lab.installationId, this.nodes);
      // What is shown may be a moment behind the kernel, so it is asked for after it.
      if (found.length === 0) found.push(...(await this.#compareApi(expected, seen)));
      // What was shown may be a moment ahead of it too: a pod that was restarted in between looks the same.
      if (found.length === 0) found.push(...moved(seen, await this.#look()));
      if (found.length === 0 || performance.now() > deadline || this.options.signal?.aborted)
        return { found, seen, expected };
      await delay(50);
    }
  }

  #look(): Promise<Seen> {
    return seeKernel(
      this.lab.names,
      this.nodes.map(({ name }) => name),
    );
  }

  async #compareApi(expected: Expected, seen: Seen): Promise<string[]> {
    try {
      const found = compareStatus(expected, seen, await this.#shown());
      if (found.length > 0) return found;
      found.push(...(await this.writer.history.compare()));
      found.push(
        ...compareStore(this.writer.world, expected, readStoreFile(join(this.lab.dataDir, "api", "store.db"))),
      );
      return found;
    } catch (error) {
      return [`api: ${(error as Error).message}`];
    }
  }

  async #shown(): Promise<Shown> {
    const topologies = await Promise.all(NAMESPACES.map((namespace) => new Client(this.lab.url, namespace).topology()));
    return {
      nodes: topologies[0]?.nodes ?? [],
      pods: topologies.flatMap(({ pods }) => pods),
      links: topologies.flatMap(({ links }) => links),
    };
  }

  #compareIdentities(seen: Seen): string[] {
    const before = this.#identities;
    this.#identities = identitiesIn(seen);
    const { steady, remarked } = this.writer;
    return compareIdentities(steady.keys(), before, this.#identities, (alias) => remarked.has(alias));
  }
}

function moved(seen: Seen, later: Seen): string[] {
  const now = identitiesIn(later);
  return [...identitiesIn(seen)]
    .filter(([alias, identity]) => now.get(alias) !== identity)
    .map(([alias, identity]) => `identity: ${alias} is ${identity}, and a moment later ${now.get(alias)}`);
}

function nodeNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => ["left", "right"][index] ?? `node${index + 1}`);
}

// Until the lab is up its agents already dial.
function socketOf(folder: string): string {
  return join(folder, "lab", "api.sock");
}
