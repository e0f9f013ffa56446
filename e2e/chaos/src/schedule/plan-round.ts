import { Random } from "@ratchet/testkit";
import type { ModelNode } from "../model/expected.js";
import { perform, settled } from "../model/perform.js";
import { emptyWorld, type ModelChange, type World } from "../model/world.js";
import { Drawer } from "./draw-document.js";
import { drawOperation } from "./draw-operation.js";
import { LINKS, NAMESPACES, PODS, SELECTING } from "./names.js";
import {
  ALONE,
  BREAKS,
  type Disturbance,
  isOperation,
  type Parts,
  type Round,
  type Single,
  type Step,
} from "./operation.js";

const MAX_HISTORY = 40;
/** Every so often all of it goes, and it begins anew. */
const ROUNDS_TO_SWEEP = 20;
const DISTURBANCES = { killAgent: 4, stopAgent: 3, cutAgent: 3, pauseAgent: 2, killApi: 2, stopApi: 1 } as const;
const NONE = {
  killEtcd: 0,
  stopEtcd: 0,
  cutFromStore: 0,
  cutFromPeers: 0,
  cutUnderlay: 0,
  fillDisk: 0,
  killDatabase: 0,
  stopDatabase: 0,
} as const;
const WITH_ETCD = {
  killApi: 3,
  stopApi: 3,
  killEtcd: 3,
  stopEtcd: 3,
  cutFromStore: 2,
  cutFromPeers: 2,
  cutUnderlay: 2,
};
const WITH_DATABASE = { killDatabase: 2, stopDatabase: 2 } as const;
const WITH_DISKS = { fillDisk: 4 } as const;
/** Usually over before anybody notices; now and then long enough for leases to end and for silence to count. */
const SHORT_MS = [5, 400] as const;
const LONG_MS = [4_000, 11_000] as const;
const LONG_CHANCE = 0.06;
/** A disk is full for longer than a process hangs: whoever writes has to meet it. */
const FULL_MS = [200, 1500] as const;

/**
 * Draws rounds one after the other. What it draws is a function of the seed alone: it follows its own
 * picture of the world, in which everything goes as written, and never looks at what really happened.
 */
export class Planner {
  #world: World = emptyWorld;
  #history: ModelChange[] = [];
  /** As it was when the round began: that is what a revert counts from. */
  #known: ModelChange[] = [];
  #number = 0;

  constructor(
    readonly seed: string,
    readonly nodes: readonly ModelNode[],
    readonly parts: Parts = ALONE,
  ) {}

  next(): Round {
    this.#number++;
    this.#known = this.#history;
    const random = new Random(`${this.seed}/${this.#number}`);
    const isFirst = this.#number % ROUNDS_TO_SWEEP === 1;
    const isLast = this.#number % ROUNDS_TO_SWEEP === 0;
    const steps = isFirst ? this.#first(random) : isLast ? this.#sweep(random) : this.#steps(random);
    this.#world = settled(this.#world);
    return { number: this.#number, steps };
  }

  /** Something to begin with: most pods, a few links. */
  #first(random: Random): Step[] {
    const steps: Step[] = [];
    for (const namespace of NAMESPACES) {
      for (const name of PODS) {
        const drawer = new Drawer(random, this.nodes, this.#world, this.parts.hasSelectors);
        steps.push(this.#follow({ op: "create", document: drawer.pod(namespace, name) }));
      }
    }
    for (let i = 0; i < 10; i++) {
      const drawer = new Drawer(random, this.nodes, this.#world, this.parts.hasSelectors);
      const namespace = drawer.namespace();
      const document = drawer.link(namespace, drawer.name("Link", namespace, false));
      steps.push(this.#follow({ op: "create", document }));
    }
    return steps;
  }

  /**
   * Deletes whatever there may be, so that nothing may be left anywhere; and the planner's picture, from which
   * writes that met have led the world away, is right again.
   */
  #sweep(random: Random): Step[] {
    const objects = NAMESPACES.flatMap((namespace) => [
      ...[...LINKS, ...(this.parts.hasSelectors ? SELECTING : [])].map(
        (name) => ({ op: "delete", kind: "Link", namespace, name }) as const,
      ),
      ...PODS.map((name) => ({ op: "delete", kind: "Pod", namespace, name }) as const),
    ]);
    const steps: Step[] = [];
    for (const operation of random.pickSome(objects, objects.length)) {
      if (random.chance(0.05)) steps.push(this.#disturbance(random));
      steps.push(this.#follow(operation));
    }
    return steps;
  }

  #steps(random: Random): Step[] {
    const steps: Step[] = [];
    // First, while everything is as it should be: what was broken is then known for certain.
    for (
      let i = random.weighted({ 0: 5, 1: 4, 2: 2, 3: 1 } as Record<string, number>) as unknown as number;
      i > 0;
      i--
    ) {
      steps.push({ break: random.pick(BREAKS), node: random.pick(this.nodes).name, pick: random.next() });
    }
    const count = random.between(3, 10);
    for (let i = 0; i < count; i++) {
      if (random.chance(0.2)) steps.push(this.#disturbance(random));
      if (random.chance(0.15)) steps.push(this.#together(random));
      else steps.push(this.#operation(random));
    }
    return steps;
  }

  #together(random: Random): Step {
    const drawer = new Drawer(random, this.nodes, this.#world, this.parts.hasSelectors);
    const singles: Single[] = Array.from({ length: random.between(2, 4) }, () => drawOperation(drawer));
    if (random.chance(0.3)) singles.push(this.#disturbance(random));
    for (const single of singles) if (isOperation(single)) this.#follow(single);
    return { together: random.pickSome(singles, singles.length) };
  }

  #operation(random: Random): Single {
    return this.#follow(drawOperation(new Drawer(random, this.nodes, this.#world, this.parts.hasSelectors)));
  }

  #disturbance(random: Random): Disturbance {
    const node = random.pick(this.nodes).name;
    const { replicas, members, disks, hasDatabase } = this.parts;
    const isLong = members.length > 0 && random.chance(LONG_CHANCE);
    const [least, most] = isLong ? LONG_MS : SHORT_MS;
    const forMs = random.between(least, most);
    const disturb = random.weighted<Disturbance["disturb"]>({
      ...{ ...DISTURBANCES, ...NONE },
      ...(members.length > 0 ? WITH_ETCD : {}),
      ...(disks.length > 0 ? WITH_DISKS : {}),
      ...(hasDatabase ? WITH_DATABASE : {}),
    });
    const one = () => (replicas.length > 1 ? { replica: random.pick(replicas) } : {});
    switch (disturb) {
      case "killApi":
        return { disturb, ...one() };
      case "stopApi":
        return { disturb, ...one(), forMs };
      case "killEtcd":
        return { disturb, member: random.pick(members) };
      case "stopEtcd":
        return { disturb, member: random.pick(members), forMs };
      case "killDatabase":
        return { disturb };
      case "stopDatabase":
        return { disturb, forMs };
      case "cutFromStore":
      case "cutFromPeers":
        return { disturb, replica: random.pick(replicas), forMs };
      case "fillDisk":
        return { disturb, whose: random.pick(disks), forMs: random.between(...FULL_MS) };
      case "cutAgent":
      case "pauseAgent":
        return { disturb, node, ...(replicas.length > 1 && random.chance(0.5) ? one() : {}), forMs };
      default:
        return { disturb, node, forMs };
    }
  }

  /** Carries a write out in the planner's own picture. */
  #follow<T extends Single>(step: T): T {
    if (!isOperation(step)) return step;
    const change = step.op === "revert" ? this.#known.at(-1 - step.back) : undefined;
    if (step.op === "revert" && change === undefined) return step;
    const verdict = perform(this.#world, step.op === "revert" ? { op: "revert", change: change as ModelChange } : step);
    if (verdict.accepted === undefined) return step;
    this.#world = verdict.accepted.world;
    this.#history = [...this.#history, ...verdict.accepted.changes].slice(-MAX_HISTORY);
    return step;
  }
}
