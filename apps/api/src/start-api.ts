import "reflect-metadata";
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import type { Server } from "node:http";
import { Server as SecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { NestFactory } from "@nestjs/core";
import { FastifyAdapter, type NestFastifyApplication } from "@nestjs/platform-fastify";
import type { FastifyInstance } from "fastify";
import { Gate, type GateFiles } from "./access/gate.js";
import { type PeerFiles, peerDial } from "./access/peer-credentials.js";
import { appModule } from "./app.module.js";
import type { ListenAddress } from "./config/listen-address.js";
import { Core } from "./core.js";
import type { HistoryDatabase } from "./history/database.js";
import { HistoryPruner } from "./history/history-pruner.js";
import { LazyHistory } from "./history/lazy-history.js";
import { openHistory } from "./history/open-history.js";
import { Outbox } from "./history/outbox.js";
import { httpOptions, prepareFastify, tlsOptions } from "./http/prepare-fastify.js";
import { ProblemFilter } from "./http/problem.filter.js";
import { RouteTable } from "./http/route-table.js";
import { listenOnUnixSocket } from "./http/unix-connections.js";
import { WebPage } from "./http/web-page.js";
import { GuardedWsAdapter } from "./http/ws-adapter.js";
import type { KubeBridge } from "./kube/kube-bridge.js";
import type { Logger } from "./logger.js";
import { Metrics } from "./metrics/metrics.js";
import { type AskedPools, setInstallationPools } from "./pools/set-installation-pools.js";
import type { ReplicaOptions } from "./replicas/replicas.js";
import { WhileLeading } from "./replicas/while-leading.js";
import { openStore, type StoreChoice } from "./store/open-store.js";

export interface ApiOptions {
  listen: ListenAddress;
  /** Certificate, key and tokens; default: none, and whoever reaches the API may do everything. */
  access?: GateFiles;
  /** Path of the unix socket beside it. */
  socket?: string;
  /** Folder of store.db and history.db; made when absent. */
  data: string;
  /** Default: embedded. */
  store?: StoreChoice;
  /** Where the history is kept; default: history.db in `data`. */
  database?: HistoryDatabase;
  /** Changes older than so many days are deleted; 0, the default: never. */
  historyDays?: number;
  /** What VNIs and automatic addresses come from; default: what the store says. */
  pools?: AskedPools;
  /** Folder of the built page. */
  web?: string;
  /** Between echoes of a link nobody looks at; 0 = none. Default 5. */
  probeSeconds?: number;
  /** Path of a kubeconfig file, or `in-cluster`; absent: there is no Kubernetes. */
  kubeconfig?: string;
  /** Whether the prototype's labels of its pods count; default true. */
  usesLabels?: boolean;
  /** Of this process among others on the same etcd; default a random one. */
  replicaId?: string;
  /** How other replicas reach this one; default the address it listens on. */
  peerUrl?: string;
  /** What this replica shows to the others. */
  peers?: PeerFiles;
  /** Seconds the store waits for a replica that hangs or was killed. */
  leaseSeconds?: number;
  log: Logger;
}

export interface RunningApi {
  url: string;
  socket: string | null;
  core: Core;
  /** Reads certificate and tokens again. */
  reload(): void;
  stop(): Promise<void>;
}

/** Starts everything and resolves when it answers. @throws StoreError, or what listening throws */
export async function startApi(options: ApiOptions): Promise<RunningApi> {
  const { listen, socket, data, store: choice, pools = {}, database, historyDays = 0, log } = options;
  const { web, kubeconfig, usesLabels = true } = options;
  const gate = new Gate(options.access ?? {}, log);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const store = await openStore(choice ?? { kind: "embedded" }, data);
  const history = new LazyHistory(() => openHistory(database ?? { kind: "sqlite", path: join(data, "history.db") }));
  const metrics = new Metrics();
  const core = await Core.start({
    store,
    history: history.repository,
    log,
    ...(choice?.kind === "etcd" ? { replica: replicaOf(options) } : {}),
    ...(options.probeSeconds === undefined ? {} : { probeSeconds: options.probeSeconds }),
    onCommit: (...facts) => metrics.committed(...facts),
  });
  try {
    await setInstallationPools(pools, core.mirror, core.transactor);
  } catch (error) {
    await core.stop();
    await store.close();
    throw error;
  }
  metrics.observe(core);
  const draining = new WhileLeading(core.leader, () => {
    const outbox = new Outbox({
      store,
      history: history.repository,
      fence: () => core.leader.fence(),
      onAside: (key, reason) => {
        log.error({ key, reason }, "the history cannot have this change record; it is kept beside");
      },
      onHealth: (err) => err && log.error({ err }, "the history cannot be written; changes wait in the store"),
    });
    outbox.start();
    return () => outbox.close();
  });
  const pruning = new WhileLeading(core.leader, () => {
    const pruner = new HistoryPruner({ history: history.repository, keepDays: historyDays, log });
    pruner.start();
    return () => pruner.stop();
  });

  const routes = new RouteTable();
  const page = web === undefined ? undefined : new WebPage(web);
  const filter = new ProblemFilter(routes, log, page);
  const adapter = new FastifyAdapter(httpOptions(filter, gate));
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  prepareFastify(fastify, { routes, gate, staleSince: () => core.health.awaySince });
  metrics.countRequests(fastify);
  await page?.register(fastify);
  const app = await NestFactory.create<NestFastifyApplication>(appModule(core, metrics, gate), adapter, {
    logger: false,
    bodyParser: false,
    abortOnError: false,
  });
  const http = app.getHttpServer() as Server;
  const secure = http instanceof SecureServer ? http : undefined;
  app.useWebSocketAdapter(new GuardedWsAdapter(app, http, gate));
  app.useGlobalFilters(filter);
  await app.init();
  await app.listen(listen.port, listen.host);
  const unix = socket === undefined ? undefined : await listenOnUnixSocket(socket, http);
  draining.start();
  if (historyDays > 0) pruning.start();
  gate.onChange(() => gate.certificate !== undefined && secure?.setSecureContext(tlsOptions(gate.certificate)));
  gate.follow();
  const kube = kubeconfig === undefined ? undefined : await joinKubernetes(core, kubeconfig, usesLabels);
  const { port } = http.address() as AddressInfo;
  const host = listen.host.includes(":") ? `[${listen.host}]` : listen.host;
  const url = `${secure === undefined ? "http" : "https"}://${host}:${port}`;
  const peerUrl = options.peerUrl ?? (isWildcard(listen.host) ? null : url);
  if (peerUrl === null && core.replicas !== undefined)
    log.warn({}, "without --peer-url other replicas cannot reach this one: --listen names no address of its own");
  core.replicas?.announce(peerUrl);
  return {
    url,
    socket: socket ?? null,
    core,
    reload: () => gate.reload(),
    async stop() {
      gate.stop();
      unix?.close();
      await kube?.stop();
      await pruning.stop();
      await draining.stop();
      await core.stop();
      await app.close();
      await store.close();
      await history.close();
    },
  };
}

function isWildcard(host: string): boolean {
  return /^(0\.0\.0\.0|::|0:0:0:0:0:0:0:0)$/.test(host);
}

function replicaOf({ replicaId, leaseSeconds, peers = {} }: ApiOptions): ReplicaOptions {
  return {
    credentials: (url) => peerDial(url, peers),
    id: replicaId ?? `api-${randomBytes(4).toString("hex")}`,
    ...(leaseSeconds === undefined ? {} : { leaseSeconds }),
  };
}

// Loaded only where it is used: the client takes 80 MiB.
async function joinKubernetes(core: Core, kubeconfig: string, usesLabels: boolean): Promise<KubeBridge> {
  const [{ KubernetesCluster }, { KubeBridge }] = await Promise.all([
    import("./kube/kubernetes-cluster.js"),
    import("./kube/kube-bridge.js"),
  ]);
  const bridge = new KubeBridge(core, new KubernetesCluster(kubeconfig), usesLabels);
  bridge.start();
  return bridge;
}
