import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Lab, startLab } from "@ratchet/lab";
import { Client, machine, Postgres, Random } from "@ratchet/testkit";
import { choicesIn, compareChoices } from "../look/compare-choices.js";
import { compareKernel } from "../look/compare-kernel.js";
import { compareStatus, type Shown } from "../look/compare-status.js";
import { compareStore } from "../look/compare-store.js";
import { compareStream } from "../look/compare-stream.js";
import { compareIdentities, identitiesIn } from "../look/identities.js";
import { type Seen, seeKernel } from "../look/kernel.js";
import { probe } from "../look/probe.js";
import { readStoreInEtcd } from "../look/store-etcd.js";
import { readStoreFile } from "../look/store-file.js";
import { type Choices, NO_CHOICES } from "../model/choices.js";
import { type Expected, expect, type ModelNode } from "../model/expected.js";
import type { Held } from "../model/world.js";
import { NAMESPACES } from "../schedule/names.js";
import { type Break, type Disturbance, isOperation, type Parts, type Round } from "../schedule/operation.js";
import { breakKernel } from "./break-kernel.js";
import { Gates } from "./gates.js";
import { Processes } from "./processes.js";
import { putOnSmallDisks } from "./put-on-small-disks.js";
import { SmallDisks } from "./small-disks.js";
import { StreamView } from "./stream-view.js";
import { Writer } from "./writer.js";

const FRONT = "front";
/** So many has a lab's own etcd. */
const ETCD_MEMBERS = 3;

export interface SuiteOptions {
  nodes: number;
  store: "embedded" | "etcd";
  /** API processes; several need etcd. */
  replicas: number;
  /** Whether the state is on small disks, which are filled up. Only with the embedded store. */
  smallDisks: boolean;
  /** Whether PostgreSQL keeps the history, and is killed and stopped as well. */
  hasDatabase: boolean;
  /** Whether links choose pods by their labels as well. */
  hasSelectors: boolean;
  /** Bound on a round's convergence, ms. */
  convergeWithinMs: number;
  signal?: AbortSignal;
}

/** A lab that is being broken, and everything that watches it. */
export class Suite {
  #identities = new Map<string, string>();
  /** One follows each replica; with several another one goes through what stands in front of them. */
  readonly #views: ReadonlyMap<string, StreamView>;

  private constructor(
    readonly lab: Lab,
    readonly options: SuiteOptions,
    readonly processes: Processes,
    readonly writer: Writer,
    readonly nodes: readonly ModelNode[],
    readonly folder: string,
  ) {
    const { replicas, url } = lab;
    const followed = replicas.length > 1 ? [...replicas, { name: FRONT, url }] : replicas;
    this.#views = new Map(followed.map((each) => [each.name, new StreamView(each.name, each.url)]));
    for (const view of this.#views.values()) view.start();
  }

  static async start(options: SuiteOptions): Promise<Suite> {
    const folder = mkdtempSync(join(tmpdir(), "ratchet-chaos-"));
    let gates: Gates | undefined;
    const { store, replicas } = options;
    const disks = new SmallDisks();
    let database: Postgres | undefined;
    let lab: Lab | undefined;
    // Only the start is called off at once: a round ends before its lab does, or it would wait for answers in vain.
    const starting = new AbortController();
    const callOff = () => starting.abort();
    options.signal?.addEventListener("abort", callOff);
    try {
      gates = await Gates.open(folder, nodeNames(options.nodes), replicas, store === "etcd" ? ETCD_MEMBERS : 0);
      SmallDisks.sweep();
      database = options.hasDatabase ? await Postgres.start() : undefined;
      lab = await startLab({
        name: `chaos${process.pid}`,
        port: 0,
        nodes: options.nodes,
        store,
        replicas,
        // A lab with its own etcd keeps nothing.
        ...(store === "etcd" ? {} : { dataDir: join(folder, "lab") }),
        ...gates.options,
        ...(database && { databaseUrl: await database.newDatabase() }),
        // Everything has to be noticed by itself.
        resyncSeconds: 0,
        signal: starting.signal,
      });
      if (options.smallDisks) await putOnSmallDisks(lab, disks);
      const nodes = lab.nodes.map(({ name, labels, address }) => ({ name, labels, address }));
      const processes = new Processes(lab, gates, disks, database);
      const writer = new Writer(
        new Client(lab.url),
        nodes,
        lab.replicas.map(({ url }) => url),
        () => processes.landed(),
      );
      return new Suite(lab, options, processes, writer, nodes, folder);
    } catch (error) {
      disks.unmountAll();
      await lab?.stop();
      await database?.close();
      await gates?.close();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    } finally {
      options.signal?.removeEventListener("abort", callOff);
    }
  }

  get parts(): Parts {
    const { replicas, etcdMembers } = this.lab;
    return {
      replicas: replicas.map(({ name }) => name),
      members: etcdMembers.map(({ name }) => name),
      disks: this.processes.disks.names,
      hasDatabase: this.options.hasDatabase,
      hasSelectors: this.options.hasSelectors,
    };
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
    for (const view of this.#views.values()) differences.push(...view.takeProblems());
    await this.writer.end();
    return { differences, convergedInMs };
  }

  /** Removes everything and returns what is still there. */
  async stop(): Promise<string[]> {
    this.processes.release();
    await Promise.all([...this.#views.values()].map((view) => view.stop()));
    await this.lab.stop();
    this.processes.disks.unmountAll();
    await this.processes.database?.close();
    await this.processes.gates.close();
    rmSync(this.folder, { recursive: true, force: true });
    const { namespaces, interfaces, processes } = machine(this.lab.names.prefix, this.folder, this.lab.dataDir);
    return [...namespaces, ...interfaces, ...processes].map((item) => `left over at the end: ${item}`);
  }

  async #do(single: Disturbance | Break): Promise<void> {
    if ("disturb" in single) return this.processes.disturb(single);
    const { port, pod } = await breakKernel(this.lab.names, single);
    if (port !== undefined) this.writer.steady.delete(port);
    if (pod !== undefined) this.writer.pulled(pod.namespace, pod.name);
  }

  async #converge(): Promise<{ found: string[]; seen: Seen; expected: Expected }> {
    const { world } = this.writer;
    const deadline = performance.now() + this.options.convergeWithinMs;
    for (;;) {
      const seen = await this.#look();
      const choices = await this.#choices();
      const expected = expect(world, this.nodes, choices);
      const found = compareKernel(expected, seen, this.lab.installationId, this.nodes);
      // What is shown may be a moment behind the kernel, so it is asked for after it.
      if (found.length === 0) found.push(...(await this.#compareApi(expected, seen, choices)));
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

  /** What selectors have chosen; whether that is right is asked when the rest is. */
  async #choices(): Promise<Choices> {
    if (!this.options.hasSelectors) return NO_CHOICES;
    const { links } = await shownAt(this.lab.url).catch((): Shown => ({ nodes: [], pods: [], links: [] }));
    return choicesIn(links);
  }

  async #compareApi(expected: Expected, seen: Seen, choices: Choices): Promise<string[]> {
    const { world } = this.writer;
    const isReady = ({ namespace, name }: Held) => expected.pods.get(`${namespace}/${name}`)?.phase === "Ready";
    try {
      for (const { name, url } of this.lab.replicas) {
        const shown = await shownAt(url);
        const found = compareStatus(expected, seen, shown);
        found.push(...this.#compareView(name, shown), ...compareChoices(world, isReady, shown.pods, choices));
        if (found.length > 0) return found.map((text) => `${name}: ${text}`);
      }
      const found = await this.writer.history.compare();
      found.push(...compareStore(world, expected, await this.#entries(), choices));
      return found;
    } catch (error) {
      return [`api: ${(error as Error).message}`];
    }
  }

  #compareView(replica: string, shown: Shown): string[] {
    const own = this.#views.get(replica);
    const front = this.#views.get(FRONT);
    return [
      ...(own === undefined ? [] : compareStream(shown, (kind) => own.of(kind))),
      ...(front === undefined ? [] : compareStream(shown, (kind) => front.of(kind), false)),
    ].map((text) => `stream: ${text}`);
  }

  /** The store's, by key. */
  async #entries(): Promise<Map<string, unknown>> {
    const { etcdMembers, dataDir } = this.lab;
    if (etcdMembers.length > 0) return readStoreInEtcd(etcdMembers.map(({ url }) => url));
    return readStoreFile(join(dataDir, "api", "store.db"));
  }

  #compareIdentities(seen: Seen): string[] {
    const before = this.#identities;
    this.#identities = identitiesIn(seen);
    const { steady, remarked } = this.writer;
    return compareIdentities(steady.keys(), before, this.#identities, (alias) => remarked.has(alias));
  }
}

async function shownAt(url: string): Promise<Shown> {
  const topologies = await Promise.all(NAMESPACES.map((namespace) => new Client(url, namespace).topology()));
  return {
    nodes: topologies[0]?.nodes ?? [],
    pods: topologies.flatMap(({ pods }) => pods),
    links: topologies.flatMap(({ links }) => links),
  };
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
