import type { PeerLayout } from "@ratchet/contracts";
import { AgentsService } from "./agents/agents.service.js";
import { Dispatcher } from "./agents/dispatcher.js";
import { EventLog } from "./events/event-log.js";
import { FaultEnder } from "./faults/fault-ender.js";
import { ChangeLog } from "./history/change-log.js";
import type { HistoryRepository } from "./history/history.repository.js";
import type { Logger } from "./logger.js";
import { AgentPlaces } from "./replicas/agent-places.js";
import type { Leader } from "./replicas/leader.js";
import { type ReplicaOptions, Replicas } from "./replicas/replicas.js";
import { SoleLeader } from "./replicas/sole-leader.js";
import { publishRuns } from "./runs/publish-runs.js";
import { RunKeeper } from "./runs/run-keeper.js";
import { Intents } from "./state/intents.js";
import { Mirror } from "./state/mirror.js";
import { Reconciler } from "./state/reconciler.js";
import { Runs } from "./state/runs.js";
import { SettleToolbox } from "./state/settle-toolbox.js";
import { StoreHealth } from "./state/store-health.js";
import { Transactor } from "./state/transactor.js";
import { Feed } from "./status/feed.js";
import { Observer } from "./status/observer.js";
import { PodReadiness } from "./status/pod-readiness.js";
import { StatusRegistry } from "./status/status-registry.js";
import type { Store } from "./store/store.js";
import { StreamHub } from "./stream/stream-hub.js";
import { Measures } from "./telemetry/measures.js";
import { DEFAULT_PROBE_SECONDS } from "./telemetry/probe-seconds.js";
import type { Telemetry } from "./telemetry/telemetry.js";

export interface CoreOptions {
  store: Store;
  history: () => Promise<HistoryRepository>;
  log: Logger;
  /** Absent: this is the only one, and always leads. */
  replica?: ReplicaOptions;
  /** Between echoes of a link nobody looks at; 0 = none. Default: DEFAULT_PROBE_SECONDS. */
  probeSeconds?: number;
  /** Called with each committed transaction's time and its number of tries. */
  onCommit?: (seconds: number, tries: number) => void;
}

/**
 * The control plane without its doors: the store's mirror, what agents report, and what follows
 * from both. Controllers and gateways are put on top of it.
 */
export class Core {
  readonly store: Store;
  readonly history: () => Promise<HistoryRepository>;
  readonly log: Logger;
  readonly replicas: Replicas | undefined;
  readonly leader: Leader;
  readonly mirror: Mirror;
  readonly health: StoreHealth;
  readonly transactor: Transactor;
  readonly registry = new StatusRegistry();
  readonly events = new EventLog();
  readonly observer: Observer;
  readonly readiness: PodReadiness;
  readonly feed: Feed;
  readonly hub: StreamHub;
  readonly agents: AgentsService;
  readonly toolbox: SettleToolbox;
  readonly intents: Intents;
  readonly runs: Runs;
  readonly reconciler: Reconciler;
  readonly changes: ChangeLog;
  readonly scenarioRuns: RunKeeper;
  readonly #faultEnder: FaultEnder;

  /** Reads the whole store, then follows it. */
  static async start(options: CoreOptions): Promise<Core> {
    const mirror = new Mirror(options.store, options.log);
    await mirror.start();
    const core = new Core(options, mirror);
    core.replicas?.start();
    return core;
  }

  private constructor(options: CoreOptions, mirror: Mirror) {
    const { store, history, log, replica, onCommit, probeSeconds = DEFAULT_PROBE_SECONDS } = options;
    const measures = new Measures();
    const replicas = replica && new Replicas(replica, store, mirror, log);
    const leader: Leader = replicas?.leader ?? new SoleLeader();
    this.store = store;
    this.history = history;
    this.log = log;
    this.replicas = replicas;
    this.leader = leader;
    this.mirror = mirror;
    this.health = new StoreHealth(store, log);
    this.transactor = new Transactor(store, mirror, this.health, onCommit, replicas !== undefined);
    this.observer = new Observer(mirror, this.registry, measures);
    this.changes = new ChangeLog(store, history, () => this.health.awaySince !== null);
    this.readiness = new PodReadiness(mirror, this.observer);
    this.toolbox = new SettleToolbox(mirror, this.registry, this.readiness);
    const { toolbox } = this;
    toolbox.startAbove();
    const dispatcher = new Dispatcher(mirror, this.observer, this.registry);
    this.reconciler = new Reconciler(mirror, this.transactor, toolbox, this.registry, dispatcher, log, leader);
    this.feed = new Feed(mirror, this.observer);
    this.hub = new StreamHub(mirror, this.observer, () => this.health.awaySince);
    this.intents = new Intents(this.transactor, mirror, this.observer, toolbox);
    this.runs = new Runs(this.intents);
    this.#faultEnder = new FaultEnder({
      mirror,
      intents: this.intents,
      board: this.observer.faults,
      leader,
      reportOf: (node, uid) => this.registry.node(node)?.faults.get(uid),
      log,
    });
    const places = new AgentPlaces();
    this.agents = new AgentsService({
      mirror,
      transactor: this.transactor,
      registry: this.registry,
      places,
      dispatcher,
      reconciler: this.reconciler,
      feed: this.feed,
      events: this.events,
      measuring: {
        measures,
        probeMs: probeSeconds * 1000,
        derive: (uid) => this.observer.link(mirror.world.keyOfUid(uid) ?? ""),
        measured: (uids) => this.feed.measured(uids),
      },
      isStoreAway: () => this.health.awaySince !== null,
      log,
    });
    // Agents first: what they do takes longer than telling a page of it.
    this.feed.onPulse(({ pods, links }) => dispatcher.flush(pods, links));
    this.feed.onPulse((pulse) => this.hub.publish(pulse));
    this.feed.onPulse(({ pods }) => this.reconciler.podsTouched(pods));
    this.feed.onPulse(({ pods, links }) => this.reconciler.linksTouched(links, pods));
    this.feed.onPulse(({ pods, observedPods }) => this.reconciler.readinessTouched(observedPods, pods));
    this.feed.onPulse(({ faults }) => faults.size > 0 && this.#faultEnder.look());
    mirror.onChange(({ vnis, pools, gone }) => {
      this.reconciler.vnisTouched(vnis);
      // One who deletes a link may not have seen the VNI that it was just given elsewhere.
      for (const { kind, uid } of gone) if (kind === "Link") this.reconciler.vnisTouched(mirror.world.vnisOfLink(uid));
      if (pools) this.reconciler.poolsTouched();
    });
    leader.onChange((isLeader) => {
      if (!isLeader) return;
      this.reconciler.everythingTouched();
      this.#faultEnder.look();
    });
    this.#faultEnder.look();
    const { agents, registry, reconciler, feed, events } = this;
    const onLayout = (layout: PeerLayout) => this.hub.broadcast(layout, layout.namespace);
    replicas?.join({ mirror, places, agents, registry, reconciler, feed, events, log, onLayout });
    publishRuns(mirror, this.hub);
    this.scenarioRuns = new RunKeeper(this);
    this.health.start();
    this.events.onEvent((event) => this.hub.broadcast({ type: "event", event }, event.about.namespace));
  }

  get telemetry(): Telemetry {
    return this.agents.telemetry;
  }

  async stop(): Promise<void> {
    await this.scenarioRuns.stop();
    this.health.stop();
    this.agents.stop();
    await this.#faultEnder.stop();
    await this.reconciler.stop();
    await this.replicas?.stop();
    this.mirror.stop();
    this.feed.stop();
  }
}
