import type { Core } from "../core.js";
import { Announcer } from "./announcer.js";
import type { Cluster } from "./cluster.js";
import { KubeSync } from "./kube-sync.js";
import { LinkNews } from "./link-news.js";
import { PodWatch } from "./pod-watch.js";

/** Joins the control plane to a Kubernetes cluster: pods come in, Events and readiness go out. */
export class KubeBridge {
  readonly #watch: PodWatch;
  readonly #sync: KubeSync;
  readonly #news: LinkNews;
  readonly #announcer: Announcer;

  constructor(core: Core, cluster: Cluster, usesLabels = true) {
    const { intents, mirror, observer, feed, leader, log, readiness, reconciler } = core;
    const isLeader = () => leader.isLeader;
    this.#announcer = new Announcer(cluster, isLeader, log);
    this.#sync = new KubeSync({
      intents,
      mirror,
      leader,
      log,
      usesLabels,
      onRefused: (pod, reason, message) => this.#announcer.say(pod.uid, { pod, type: "Warning", reason, message }),
      onReadiness: (podKeys) => reconciler.readinessTouched(podKeys),
    });
    readiness.askFirst((pod, key) => this.#sync.readiness(pod, key));
    const podOf = (key: string) => this.#sync.pod(key);
    this.#news = new LinkNews(mirror.world, observer, this.#announcer, cluster, podOf, isLeader);
    this.#watch = new PodWatch(cluster, this.#sync, log);
    feed.onPulse((pulse) => this.#news.observe(pulse));
    leader.onChange((leads) => {
      if (!leads) return;
      this.#sync.everythingDue();
      // What the former leader told last is not known here.
      this.#news.everything();
    });
  }

  start(): void {
    this.#watch.start();
  }

  async stop(): Promise<void> {
    this.#news.stop();
    this.#announcer.stop();
    await this.#watch.stop();
    await this.#sync.stop();
  }
}
