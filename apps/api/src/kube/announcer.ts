import type { Logger } from "../logger.js";
import type { Cluster, PodAnnouncement } from "./cluster.js";

/** Between two Events about one thing: what lies between them is left out, the last is told. */
const APART_MS = 5_000;

interface Told {
  uid: string;
  text: string;
  timer: NodeJS.Timeout | undefined;
  waiting: PodAnnouncement | undefined;
}

/** Tells the cluster's users, at the pod, what they would otherwise have to look for here. Says nothing twice in a row. */
export class Announcer {
  readonly #cluster: Cluster;
  readonly #isLeader: () => boolean;
  readonly #log: Logger;
  readonly #told = new Map<string, Told>();

  constructor(cluster: Cluster, isLeader: () => boolean, log: Logger) {
    this.#cluster = cluster;
    this.#isLeader = isLeader;
    this.#log = log;
  }

  /** What happened, whenever it happens: a pod that is gone a moment later is told, too. */
  happened(announcement: PodAnnouncement): void {
    if (this.#isLeader()) this.#write(announcement);
  }

  /** What is so now. `about` names the thing: one link, or the pod itself. */
  say(about: string, announcement: PodAnnouncement): void {
    if (!this.#isLeader()) return;
    const before = this.#told.get(about);
    const text = textOf(announcement);
    if (before?.timer !== undefined && before.uid === announcement.pod.uid) {
      before.waiting = announcement;
      return;
    }
    if (before?.text === text) return;
    clearTimeout(before?.timer);
    this.#tell(about, announcement, text);
  }

  /** What is well now: told when something was said to be wrong. */
  mended(about: string, announcement: PodAnnouncement): void {
    const before = this.#told.get(about);
    if (before?.uid === announcement.pod.uid) this.say(about, announcement);
  }

  forget(about: string): void {
    clearTimeout(this.#told.get(about)?.timer);
    this.#told.delete(about);
  }

  stop(): void {
    for (const { timer } of this.#told.values()) clearTimeout(timer);
    this.#told.clear();
  }

  #tell(about: string, announcement: PodAnnouncement, text: string): void {
    const told: Told = { uid: announcement.pod.uid, text, waiting: undefined, timer: undefined };
    told.timer = setTimeout(() => {
      told.timer = undefined;
      const { waiting } = told;
      told.waiting = undefined;
      if (waiting !== undefined) this.say(about, waiting);
    }, APART_MS);
    told.timer.unref();
    this.#told.set(about, told);
    this.#write(announcement);
  }

  #write(announcement: PodAnnouncement): void {
    this.#cluster.announce(announcement).catch((err: unknown) => {
      const { pod, reason } = announcement;
      this.#log.warn({ err, pod, reason }, "cannot write an Event to the cluster");
    });
  }
}

function textOf({ pod, type, reason, message }: PodAnnouncement): string {
  return `${pod.uid} ${type} ${reason} ${message}`;
}
