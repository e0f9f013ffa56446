import { keys, type Link, PROBLEM_ANNOTATION } from "@ratchet/contracts";
import type { World } from "../state/world.js";
import type { Pulse } from "../status/feed.js";
import type { Observer } from "../status/observer.js";
import type { Announcer } from "./announcer.js";
import { ChoiceNews } from "./choice-news.js";
import type { Cluster } from "./cluster.js";
import { GateWriter } from "./gate-writer.js";
import type { KubePod } from "./kube-pod.js";
import { ownerOf } from "./marks.js";

/** How long a link may wait for its other pod before its own is told. */
const PATIENCE_MS = 5_000;

/** Turns what is observed of links into Events and readiness of the pods that asked for them. */
export class LinkNews {
  readonly #world: World;
  readonly #observer: Observer;
  readonly #announcer: Announcer;
  readonly #podOf: (key: string) => KubePod | undefined;
  readonly #isLeader: () => boolean;
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  readonly #gates: GateWriter;
  readonly #choices: ChoiceNews;

  constructor(
    world: World,
    observer: Observer,
    announcer: Announcer,
    cluster: Cluster,
    podOf: (key: string) => KubePod | undefined,
    isLeader: () => boolean,
  ) {
    this.#world = world;
    this.#observer = observer;
    this.#announcer = announcer;
    this.#gates = new GateWriter(cluster);
    this.#choices = new ChoiceNews(world, announcer);
    this.#podOf = podOf;
    this.#isLeader = isLeader;
  }

  observe({ links, pods, gone }: Pick<Pulse, "links" | "pods" | "gone">): void {
    const gated = new Set<string>(pods);
    for (const key of links) {
      this.#observeLink(key);
      this.#choices.observe(key);
      const link = this.#world.wired(key);
      for (const end of link?.spec.endpoints ?? [])
        if ("pod" in end) gated.add(keys.pod(link?.namespace ?? "", end.pod));
    }
    for (const key of pods) this.#observePod(key);
    for (const key of gated) this.#observeGate(key);
    for (const { kind, namespace, name, uid } of gone) {
      this.#announcer.forget(uid);
      if (kind === "Pod") this.#gates.forget(uid);
      if (kind !== "Link") continue;
      this.#calm(keys.link(namespace ?? "", name));
      this.#choices.observe(keys.link(namespace ?? "", name));
    }
  }

  /** Says everything anew: after another replica did it. */
  everything(): void {
    this.#gates.clear();
    this.observe({
      links: new Set(this.#world.allKeys("links")),
      pods: new Set(this.#world.allKeys("pods")),
      gone: [],
    });
  }

  stop(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #observeLink(key: string): void {
    const record = this.#world.link(key)?.data;
    const owner = record && ownerOf(record);
    const link = this.#observer.link(key);
    if (owner === undefined || link === undefined) {
      this.#calm(key);
      return;
    }
    const { phase } = link.status;
    if (phase === "Error") this.#warn(key, link, owner);
    else if (phase === "Pending") {
      if (!this.#waiting.has(key)) this.#waiting.set(key, this.#warnLater(key));
    } else {
      this.#calm(key);
      if (phase !== "Up") return;
      const message = `link ${link.metadata.name} is up`;
      this.#announcer.mended(link.metadata.uid, { pod: owner, type: "Normal", reason: "LinkUp", message });
    }
  }

  #warnLater(key: string): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#waiting.delete(key);
      const record = this.#world.link(key)?.data;
      const owner = record && ownerOf(record);
      const link = this.#observer.link(key);
      if (owner !== undefined && link?.status.phase === "Pending") this.#warn(key, link, owner);
    }, PATIENCE_MS);
    return timer.unref();
  }

  #warn(key: string, link: Link, pod: { namespace: string; name: string; uid: string }): void {
    this.#calm(key);
    const [ready] = link.status.conditions;
    const isWaiting = link.status.phase === "Pending";
    const message = `link ${link.metadata.name}: ${ready?.message ?? link.status.phase}`;
    const reason = isWaiting ? "LinkWaiting" : "LinkFailed";
    this.#announcer.say(link.metadata.uid, { pod, type: "Warning", reason, message });
  }

  #calm(key: string): void {
    clearTimeout(this.#waiting.get(key));
    this.#waiting.delete(key);
  }

  #observePod(key: string): void {
    const pod = this.#podOf(key);
    const record = this.#world.pod(key)?.data;
    if (pod === undefined || record?.uid !== pod.uid) return;
    const problem = record.annotations[PROBLEM_ANNOTATION];
    if (problem !== undefined) {
      this.#announcer.say(pod.uid, { pod, type: "Warning", reason: "LinksInvalid", message: problem });
    } else {
      const message = "labels and annotation are right";
      this.#announcer.mended(pod.uid, { pod, type: "Normal", reason: "LinksValid", message });
    }
  }

  #observeGate(key: string): void {
    const pod = this.#podOf(key);
    const record = this.#world.pod(key)?.data;
    if (!pod?.hasGate || record?.uid !== pod.uid || !this.#isLeader()) return;
    const missing = this.#missingOf(key, record.annotations[PROBLEM_ANNOTATION]);
    this.#gates.set(pod, missing === undefined, missing ?? "every link is up");
  }

  /** A wire that somebody cut is ready: it is as it was asked to be. */
  #missingOf(podKey: string, problem: string | undefined): string | undefined {
    if (problem !== undefined) return problem;
    for (const key of this.#world.linksOfPod(podKey)) {
      const link = this.#observer.link(key);
      const [ready] = link?.status.conditions ?? [];
      if (link === undefined || link.status.phase === "Up" || ready?.reason === "Cut") continue;
      return `link ${link.metadata.name}: ${ready?.message ?? link.status.phase}`;
    }
    return undefined;
  }
}
