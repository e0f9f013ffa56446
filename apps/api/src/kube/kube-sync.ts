import { isRatchetPod, type KubeProblem, keys } from "@ratchet/contracts";
import { ProblemError } from "../http/problem-error.js";
import type { Logger } from "../logger.js";
import type { Readiness } from "../plan/choose-pod.js";
import type { Edit } from "../plan/stage.js";
import { type Leader, NotLeading } from "../replicas/leader.js";
import type { Draft } from "../state/draft.js";
import type { Intents } from "../state/intents.js";
import type { Mirror, Touched } from "../state/mirror.js";
import type { PodRecord } from "../state/records.js";
import { SetIndex } from "../state/set-index.js";
import { Keepers } from "./keepers.js";
import { type KubePod, kubePodOf, nameProblem, type RawPod } from "./kube-pod.js";
import { isFromKubernetes, ownerOf, writtenOf } from "./marks.js";
import { PodBook } from "./pod-book.js";
import type { PodListener } from "./pod-watch.js";
import { goneEdits, keptEdits, linkEdits, podEdit, problemEdits, refusalOf, unwantedEdits } from "./pod-writer.js";
import { type NamedLink, wantedOfPod } from "./wanted-of-pod.js";

const ACTOR = "kubernetes";
const RETRY_MS = 1_000;

export interface KubeSyncParts {
  intents: Intents;
  mirror: Mirror;
  leader: Leader;
  log: Logger;
  /** Whether the prototype's labels count, or the annotation alone. */
  usesLabels: boolean;
  /** A pod of which nothing can be shown, and why: told where it is read, in the cluster. */
  onRefused(pod: KubePod, reason: string, message: string): void;
  /** Pods that the cluster calls ready now, or no longer. */
  onReadiness(podKeys: string[]): void;
}

/**
 * Brings the store to what the cluster's pods say: a Pod for each that is Ratchet's, and its links.
 *
 * Level-triggered: what is due is a set of pods, and each is compared as a whole when its turn
 * comes. Nothing is removed before the cluster has once been listed in full.
 */
export class KubeSync implements PodListener {
  readonly #intents: Intents;
  readonly #mirror: Mirror;
  readonly #leader: Leader;
  readonly #onRefused: KubeSyncParts["onRefused"];
  readonly #onReadiness: KubeSyncParts["onReadiness"];
  readonly #usesLabels: boolean;
  readonly #log: Logger;
  readonly #book = new PodBook();
  readonly #due = new Set<string>();
  /** Pods with something that others stand in the way of: looked at again whenever the store changes. */
  readonly #blocked = new Set<string>();
  /** Links by the store key of the pod they were written from, whichever of that name. */
  readonly #linksOfOwner = new SetIndex<string>();
  readonly #ownerOfLink = new Map<string, string>();
  readonly #keepers: Keepers;
  #hasList = false;
  #isStopped = false;
  #running: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor({ intents, mirror, leader, log, usesLabels, onRefused, onReadiness }: KubeSyncParts) {
    this.#intents = intents;
    this.#mirror = mirror;
    this.#leader = leader;
    this.#log = log;
    this.#usesLabels = usesLabels;
    this.#onRefused = onRefused;
    this.#onReadiness = onReadiness;
    for (const key of mirror.world.allKeys("links")) this.#indexLink(key);
    this.#keepers = new Keepers(mirror.world);
    mirror.onChange((touched) => this.#onStore(touched));
  }

  /** What the cluster says of a pod; undefined for one that is not its, unknown before it has listed its pods. */
  readiness(record: PodRecord, key: string): Readiness | undefined {
    if (!isFromKubernetes(record)) return undefined;
    if (!this.#hasList) return "unknown";
    const pod = this.#book.get(key);
    return pod?.uid === record.uid && pod.isReady ? "ready" : "notReady";
  }

  /** The cluster's pod behind a Pod of the store, if it is shown. */
  pod(key: string): KubePod | undefined {
    return this.#book.get(key);
  }

  listed(pods: readonly RawPod[]): void {
    this.#hasList = true;
    const present = new Set<string>();
    for (const raw of pods) {
      const key = this.#put(raw);
      if (key !== undefined) present.add(key);
    }
    for (const key of [...this.#book.keys()]) if (!present.has(key)) this.#set(key, undefined);
    this.everythingDue();
    this.#onReadiness([...present]);
  }

  changed(raw: RawPod): void {
    const key = keys.pod(raw.metadata?.namespace ?? "", raw.metadata?.name ?? "");
    const before = this.#book.get(key);
    this.#put(raw);
    this.#run();
    if (before?.isReady !== this.#book.get(key)?.isReady) this.#onReadiness([key]);
  }

  deleted(raw: RawPod): void {
    const { namespace, name, uid } = raw.metadata ?? {};
    const key = keys.pod(namespace ?? "", name ?? "");
    if (this.#book.get(key)?.uid === uid) this.#set(key, undefined);
    this.#run();
  }

  /** Compares everything: after a list, and when this replica begins to lead. */
  everythingDue(): void {
    const { world } = this.#mirror;
    for (const key of this.#book.keys()) this.#due.add(key);
    for (const key of world.allKeys("pods")) {
      const pod = world.pod(key)?.data;
      if (pod !== undefined && isFromKubernetes(pod)) this.#due.add(key);
    }
    for (const key of this.#linksOfOwner.keys()) this.#due.add(key);
    this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    await this.#running;
  }

  #put(raw: RawPod): string | undefined {
    const pod = kubePodOf(raw, this.#usesLabels);
    const key = keys.pod(raw.metadata?.namespace ?? "", raw.metadata?.name ?? "");
    const isOurs = pod !== undefined && isRatchetPod(pod);
    const problem = isOurs ? nameProblem(pod) : undefined;
    if (isOurs && problem !== undefined) this.#onRefused(pod, "NameNotUsable", problem);
    const shown = isOurs && problem === undefined ? pod : undefined;
    this.#set(key, shown);
    return shown === undefined ? undefined : key;
  }

  #set(key: string, pod: KubePod | undefined): void {
    if (pod === undefined && this.#book.get(key) === undefined) return;
    for (const other of this.#book.set(key, pod)) this.#due.add(other);
    this.#due.add(key);
  }

  #onStore({ pods, links, gone }: Touched): void {
    for (const key of links) {
      this.#indexLink(key);
      // A selector may have chosen a pod that kept the interface for it.
      const owner = this.#book.get(this.#ownerOfLink.get(key) ?? "");
      if (owner !== undefined && this.#keepers.concernedBy(owner, [key]).size > 0)
        this.#due.add(keys.pod(owner.namespace, owner.name));
    }
    for (const key of pods) this.#keepers.index(key);
    for (const key of pods) if (this.#book.get(key) !== undefined) this.#due.add(key);
    for (const { kind, namespace, name } of gone) {
      const key = keys.pod(namespace ?? "", name);
      if (kind === "Pod" && this.#book.get(key) !== undefined) this.#due.add(key);
    }
    for (const key of this.#blocked) this.#due.add(key);
    this.#run();
  }

  #indexLink(key: string): void {
    const link = this.#mirror.world.link(key)?.data;
    const owner = link === undefined ? undefined : ownerOf(link);
    const ownerKey = owner && keys.pod(owner.namespace, owner.name);
    const before = this.#ownerOfLink.get(key);
    if (before !== undefined && before !== ownerKey) {
      this.#linksOfOwner.remove(before, key);
      this.#ownerOfLink.delete(key);
    }
    if (ownerKey === undefined) return;
    this.#ownerOfLink.set(key, ownerKey);
    this.#linksOfOwner.add(ownerKey, key);
    // An undone delete can bring back the link of a pod that is gone.
    if (this.#book.get(ownerKey)?.uid !== owner?.uid) this.#due.add(ownerKey);
  }

  #run(): void {
    if (this.#due.size === 0 || !this.#hasList || this.#isStopped || !this.#leader.isLeader) return;
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined;
      if (this.#retry === undefined) this.#run();
    });
  }

  async #work(): Promise<void> {
    for (const key of this.#due) {
      if (this.#isStopped || !this.#leader.isLeader) return;
      this.#due.delete(key);
      try {
        await this.#settle(key);
      } catch (err) {
        // The new leader compares everything.
        if (err instanceof NotLeading) return;
        this.#log.error({ err, key }, "cannot write a pod of the cluster, trying again");
        this.#due.add(key);
        this.#retry ??= setTimeout(() => {
          this.#retry = undefined;
          this.#run();
        }, RETRY_MS);
        return;
      }
    }
  }

  async #settle(key: string): Promise<void> {
    await this.#removeFormer(key);
    const pod = this.#book.get(key);
    this.#blocked.delete(key);
    if (pod === undefined) return;
    const held = this.#mirror.world.pod(key)?.data;
    if (held !== undefined && held.uid !== pod.uid) {
      this.#blocked.add(key);
      this.#onRefused(pod, "NameTaken", `a Pod ${pod.name} was made by hand: delete or rename that one`);
      return;
    }
    const nowIso = new Date().toISOString();
    await this.#commit((draft) => [podEdit(draft, pod)].flatMap((edit) => edit ?? []));
    const record = this.#mirror.world.pod(key)?.data;
    const { links, problems } = wantedOfPod(pod, this.#book, writtenOf(record));
    const names = new Set(links.map(({ name }) => name));
    await this.#commit((draft) => unwantedEdits(draft, pod, names));
    // What is wrong with it may be why it does not ask: nobody loses an interface over that.
    if (problems.length === 0) await this.#takeBackKept(pod, links);
    const refused: KubeProblem[] = [];
    for (const link of links) {
      try {
        await this.#commit((draft) => linkEdits(draft, pod, link, nowIso));
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        refused.push(refusalOf(link, error));
      }
    }
    if (refused.length > 0) this.#blocked.add(key);
    else if (problems.length === 0) await this.#takeBackKept(pod, links);
    await this.#commit((draft) => problemEdits(draft, pod, [...problems, ...refused]));
  }

  async #takeBackKept(pod: KubePod, links: readonly NamedLink[]): Promise<void> {
    const linkKeys = links.map(({ name }) => keys.link(pod.namespace, name));
    const keepers = this.#keepers.concernedBy(pod, linkKeys);
    if (keepers.size > 0) await this.#commit((draft) => keptEdits(draft, pod, links, keepers));
  }

  /** What is left of pods that had this name before. */
  async #removeFormer(key: string): Promise<void> {
    const now = this.#book.get(key)?.uid;
    const held = this.#mirror.world.pod(key)?.data;
    const former = new Set<string>();
    if (held !== undefined && isFromKubernetes(held) && held.uid !== now) former.add(held.uid);
    for (const linkKey of this.#linksOfOwner.get(key)) {
      const link = this.#mirror.world.link(linkKey)?.data;
      const uid = link && ownerOf(link)?.uid;
      if (uid !== undefined && uid !== now) former.add(uid);
    }
    for (const uid of former) {
      const linkKeys = [...this.#linksOfOwner.get(key)];
      await this.#commit((draft) => goneEdits(draft, key, uid, linkKeys));
    }
  }

  async #commit(decide: (draft: Draft) => Edit[]): Promise<void> {
    await this.#intents.run({ actor: ACTOR }, (draft) => {
      draft.require(this.#leader.fence());
      return { result: undefined, edits: decide(draft) };
    });
  }
}
