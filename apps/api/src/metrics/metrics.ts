import { keys, LINK_PHASES } from "@ratchet/contracts";
import type { FastifyInstance } from "fastify";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Core } from "../core.js";
import { linkMetrics } from "./link-metrics.js";

const COMMIT_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** What Prometheus is told. Of its own registry, so that two APIs in one process do not mix. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests: Counter<"method" | "route" | "status">;
  readonly #commits: Histogram;
  readonly #retries: Counter;

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 50 });
    this.#requests = new Counter({
      name: "ratchet_http_requests_total",
      help: "Requests answered",
      labelNames: ["method", "route", "status"],
      registers,
    });
    this.#commits = new Histogram({
      name: "ratchet_commit_seconds",
      help: "From a decision to its durable transaction, mirror included",
      buckets: COMMIT_BUCKETS_SECONDS,
      registers,
    });
    this.#retries = new Counter({
      name: "ratchet_commit_retries_total",
      help: "Transactions decided anew because somebody else was faster",
      registers,
    });
  }

  committed(seconds: number, tries: number): void {
    this.#commits.observe(seconds);
    if (tries > 1) this.#retries.inc(tries - 1);
  }

  countRequests(fastify: FastifyInstance): void {
    fastify.addHook("onResponse", (request, reply, done) => {
      const route = request.routeOptions.url ?? "none";
      this.#requests.inc({ method: request.method, route, status: reply.statusCode });
      done();
    });
  }

  /** Gauges are read when somebody asks. */
  observe(core: Core): void {
    this.#gauge("ratchet_agents_connected", "Agents connected", () => core.agents.connected);
    this.#gauge("ratchet_stream_readers", "Readers of the stream", () => core.hub.readers);
    this.#gauge("ratchet_store_revision", "Newest revision of the store that was seen", () => core.mirror.revision);
    this.#gauge("ratchet_store_following", "1 while the store is followed", () =>
      Number(core.mirror.isFollowing && core.health.awaySince === null),
    );
    this.#gauge("ratchet_pods", "Pods", () => count(core.mirror.world.allKeys("pods")));
    this.#gauge("ratchet_vnis", "VNIs in use or draining", () => core.mirror.world.vnis.size);
    this.#gauge("ratchet_outbox_changes", "Changes that wait for the history database", async () => {
      if (core.health.awaySince !== null) return Number.NaN;
      const { entries } = await core.store.range(keys.outbox());
      return entries.length;
    });
    this.#gauge("ratchet_history_set_aside", "Change records that the history could not have", async () => {
      if (core.health.awaySince !== null) return Number.NaN;
      return (await core.store.range(keys.setAside())).entries.length;
    });
    linkMetrics(this.registry, core.telemetry.history, (node) => core.agents.wasLastHere(node));
    this.#gauge("ratchet_leader", "1 while this replica leads", () => Number(core.leader.isLeader));
    this.#gauge("ratchet_peers", "Other replicas that follow this one", () => core.replicas?.peers?.server.size ?? 0);
    const links = new Gauge({
      name: "ratchet_links",
      help: "Links by phase",
      labelNames: ["phase"],
      registers: [this.registry],
      collect() {
        const phases = new Map<string, number>(LINK_PHASES.map((phase) => [phase, 0]));
        for (const key of core.mirror.world.allKeys("links")) {
          const phase = core.observer.link(key)?.status.phase;
          if (phase !== undefined) phases.set(phase, (phases.get(phase) ?? 0) + 1);
        }
        for (const [phase, number] of phases) links.set({ phase }, number);
      },
    });
  }

  #gauge(name: string, help: string, read: () => number | Promise<number>): void {
    const gauge = new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        gauge.set(await read());
      },
    });
  }
}

function count(items: Iterable<unknown>): number {
  let number = 0;
  for (const _ of items) number++;
  return number;
}
