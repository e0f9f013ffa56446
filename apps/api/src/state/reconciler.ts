import { keys } from "@ratchet/contracts";
import type { Dispatcher } from "../agents/dispatcher.js";
import type { Logger } from "../logger.js";
import { settle } from "../plan/settle.js";
import { isChoiceSettled, isSelectedBy } from "../plan/settle-choice.js";
import { drainOrphan, isVniSettled } from "../plan/settle-vnis.js";
import { type Leader, NotLeading } from "../replicas/leader.js";
import type { StatusRegistry } from "../status/status-registry.js";
import { Draft } from "./draft.js";
import type { Mirror } from "./mirror.js";
import type { VniRecord } from "./records.js";
import type { SettleToolbox } from "./settle-toolbox.js";
import type { Transactor } from "./transactor.js";

const RETRY_MS = 1000;

/**
 * Follows events that no request caused: a node that came can take waiting pods, a VNI that every
 * node has confirmed gone is free again. One transaction at a time, for all that is due.
 *
 * Pods and links are settled by the leader. VNIs are given back by the replica that a node's agent is connected to,
 * which alone knows what it was asked to be without; what has no agent is the leader's.
 */
export class Reconciler {
  readonly #mirror: Mirror;
  readonly #transactor: Transactor;
  readonly #toolbox: SettleToolbox;
  readonly #registry: StatusRegistry;
  readonly #dispatcher: Dispatcher;
  readonly #log: Logger;
  readonly #leader: Leader;
  readonly #duePods = new Set<string>();
  readonly #dueVnis = new Set<number>();
  readonly #dueLinks = new Set<string>();
  #running: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(
    mirror: Mirror,
    transactor: Transactor,
    toolbox: SettleToolbox,
    registry: StatusRegistry,
    dispatcher: Dispatcher,
    log: Logger,
    leader: Leader,
  ) {
    this.#mirror = mirror;
    this.#transactor = transactor;
    this.#toolbox = toolbox;
    this.#registry = registry;
    this.#dispatcher = dispatcher;
    this.#log = log;
    this.#leader = leader;
  }

  /** Looks at everything: what came up while another replica led may be left undone. */
  everythingTouched(): void {
    const { world } = this.#mirror;
    this.podsTouched(world.allKeys("pods"));
    this.linksTouched(world.allKeys("links"), []);
    this.vnisTouched(world.vnis.keys());
  }

  /** A node became able to take pods. */
  nodeCame(): void {
    if (!this.#leader.isLeader) return;
    for (const key of this.#mirror.world.unplacedPods) this.#duePods.add(key);
    this.#run();
  }

  /** Pods whose node may have to be found, or whose links' VNIs may be missing. */
  podsTouched(podKeys: Iterable<string>): void {
    if (!this.#leader.isLeader) return;
    for (const key of podKeys) if (this.#mirror.world.unplacedPods.has(key)) this.#duePods.add(key);
    this.#run();
  }

  /**
   * Links whose VNI may be wrong: two writes that each were right, a link made while its pod was moved, say, can
   * leave one without, or with two.
   */
  linksTouched(linkKeys: Iterable<string>, podKeys: Iterable<string>): void {
    if (!this.#leader.isLeader) return;
    const { world } = this.#mirror;
    const draft = new Draft(world);
    for (const key of linkKeys) this.#check(draft, key);
    for (const podKey of podKeys) for (const key of world.linksOfPod(podKey)) this.#check(draft, key);
    this.#run();
  }

  /** Pods that a selector may choose now, or has chosen and may leave. */
  readinessTouched(...podKeys: Iterable<string>[]): void {
    if (!this.#leader.isLeader) return;
    const { world } = this.#mirror;
    const links = new Set<string>();
    for (const podKey of podKeys.flatMap((some) => [...some])) {
      const pod = world.pod(podKey)?.data;
      if (pod === undefined) continue;
      for (const key of world.selecting(pod.namespace)) {
        const link = world.link(key)?.data;
        if (world.linksOfPod(podKey).has(key) || (link !== undefined && isSelectedBy(link, pod))) links.add(key);
      }
    }
    const draft = new Draft(world);
    for (const key of links) this.#check(draft, key);
    this.#run();
  }

  /** A node may have let go of VNIs. */
  nodeReported(node: string): void {
    for (const vni of this.#mirror.world.drainingVnis(node)) this.#dueVnis.add(vni);
    this.#run();
  }

  vnisTouched(vnis: Iterable<number>): void {
    const { world } = this.#mirror;
    for (const vni of vnis) {
      const record = world.vni(vni);
      if (record === undefined) {
        this.#dispatcher.forgetVni(vni);
        this.#feedStarved();
      }
      const isOrphan = record !== undefined && world.keyOfUid(record.linkUid) === undefined;
      if (record?.state === "draining" || isOrphan) this.#dueVnis.add(vni);
    }
    this.#run();
  }

  /** There are other VNIs to be had. */
  poolsTouched(): void {
    this.#feedStarved();
    this.#run();
  }

  #feedStarved(): void {
    for (const key of this.#toolbox.starved) this.#dueLinks.add(key);
    this.#toolbox.starved.clear();
  }

  /** Resolves when the transaction under way is over; nothing follows it. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    await this.#running;
  }

  #check(draft: Draft, linkKey: string): void {
    const link = this.#mirror.world.link(linkKey)?.data;
    if (link === undefined) return;
    if (!isChoiceSettled(draft, link, this.#toolbox.readinessOf) || !isVniSettled(draft, link))
      this.#dueLinks.add(linkKey);
  }

  #run(): void {
    if (this.#isStopped || this.#retry !== undefined) return;
    if (this.#duePods.size + this.#dueVnis.size + this.#dueLinks.size === 0) return;
    this.#running ??= this.#work()
      .catch((err: unknown) => {
        this.#log.error({ err }, "cannot settle pods and VNIs, trying again");
        this.#retry = setTimeout(() => {
          this.#retry = undefined;
          this.#run();
        }, RETRY_MS).unref();
      })
      .finally(() => {
        this.#running = undefined;
        this.#run();
      });
  }

  async #work(): Promise<void> {
    const pods = new Set(this.#duePods);
    const vnis = new Set(this.#dueVnis);
    const links = new Set(this.#dueLinks);
    this.#duePods.clear();
    this.#dueVnis.clear();
    this.#dueLinks.clear();
    const { isLeader } = this.#leader;
    const settled = this.#transactor.commit("", (draft) => {
      if (isLeader) {
        draft.require(this.#leader.fence());
        settle(draft, { pods, links, goneLinks: new Set() }, this.#toolbox.tools());
      }
      for (const vni of vnis) {
        if (isLeader) drainOrphan(draft, vni);
        const key = keys.vni(vni);
        const record = draft.read<VniRecord>(key);
        if (record?.state !== "draining") continue;
        const nodes = record.nodes.filter((node) => !this.#hasLetGo(node, vni));
        if (nodes.length === 0) draft.delete(key);
        else if (nodes.length < record.nodes.length) draft.put(key, { ...record, nodes } satisfies VniRecord);
      }
    });
    try {
      await settled;
    } catch (error) {
      // Still due.
      for (const vni of vnis) this.#dueVnis.add(vni);
      // The new leader looks at everything.
      if (error instanceof NotLeading) return;
      for (const key of pods) this.#duePods.add(key);
      for (const key of links) this.#dueLinks.add(key);
      throw error;
    }
  }

  /** Positive knowledge only: the agent is here, was asked to be without it, and has said so since. */
  #hasLetGo(node: string, vni: number): boolean {
    if (this.#mirror.world.node(node) === undefined) return this.#leader.isLeader;
    const reports = this.#registry.node(node);
    if (reports === undefined || !reports.isConnected || !reports.hasFullStatus || reports.vnis.has(vni)) return false;
    const since = this.#dispatcher.withoutVniSince(node, vni);
    return since !== undefined && reports.version >= since;
  }
}
