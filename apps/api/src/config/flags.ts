import { parseArgs } from "node:util";
import { z } from "zod";
import type { GateFiles } from "../access/gate.js";
import type { AskedPools } from "../pools/set-installation-pools.js";
import type { StoreChoice } from "../store/open-store.js";
import { DEFAULT_PROBE_SECONDS } from "../telemetry/probe-seconds.js";
import { ACCESS_FLAGS, ACCESS_USAGE, isGuarded, readAccessFlags } from "./access-flags.js";
import { HISTORY_FLAGS, HISTORY_USAGE, type HistoryConfig, readHistoryFlags } from "./history-flags.js";
import { type ListenAddress, parseListenAddress } from "./listen-address.js";
import { POOL_FLAGS, POOL_USAGE, readPoolFlags } from "./pool-flags.js";
import { REPLICA_FLAGS, REPLICA_USAGE, type ReplicaConfig, readReplicaFlags } from "./replica-flags.js";
import { readStoreFlags, STORE_FLAGS, STORE_USAGE } from "./store-flags.js";

export const USAGE = `Usage: ratchet-api --data DIR [options]

  --listen HOST:PORT   address to answer on (default 127.0.0.1:8080; port 0: any free one); without TLS and
                       tokens a loopback address
${ACCESS_USAGE}  --socket PATH        unix socket beside it, mode 0600
  --data DIR           folder of store.db and history.db
${STORE_USAGE}${REPLICA_USAGE}${POOL_USAGE}${HISTORY_USAGE}  --web DIR            folder of the built page (default: the one beside this program)
  --kubeconfig FILE    show the pods of that Kubernetes cluster and wire them; in-cluster: of the one this runs in
  --use-labels WORD    true or false: whether the prototype's labels of its pods count (default true)
  --probe-seconds N    links with addresses at both ends are tried by an echo every N seconds, 0-3600 (default 5);
                       0: only while somebody looks at them
  --log-level LEVEL    trace, debug, info, warn, error or silent (default info)
  --help               print this
  --version            print the version

Each can be given in the environment: RATCHET_DATA for --data, RATCHET_LOG_LEVEL for --log-level, and so on.
`;

const DEFAULT_LISTEN = "127.0.0.1:8080";
const ProbeSeconds = z
  .string()
  .regex(/^\d{1,4}$/)
  .transform(Number)
  .pipe(z.int().max(3600));
const LEVELS = ["trace", "debug", "info", "warn", "error", "silent"] as const;

export interface Config {
  listen: ListenAddress;
  access: GateFiles;
  socket?: string;
  data: string;
  store: StoreChoice;
  pools?: AskedPools;
  history: HistoryConfig;
  web?: string;
  /** Path of a kubeconfig file, or `in-cluster`. */
  kubeconfig?: string;
  usesLabels: boolean;
  replica: ReplicaConfig;
  /** Between echoes of a link nobody looks at; 0 = none. */
  probeSeconds: number;
  logLevel: (typeof LEVELS)[number];
}

export type ParsedFlags = { help: true } | { version: true } | { config: Config } | { problems: string[] };

/** Reads flags and environment. Every problem is reported, by name and never by value. */
export function parseFlags(args: string[], env: Readonly<Record<string, string | undefined>>): ParsedFlags {
  let values: Record<string, string | boolean | undefined>;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        listen: { type: "string" },
        socket: { type: "string" },
        data: { type: "string" },
        web: { type: "string" },
        kubeconfig: { type: "string" },
        "use-labels": { type: "string" },
        ...ACCESS_FLAGS,
        ...STORE_FLAGS,
        ...REPLICA_FLAGS,
        ...POOL_FLAGS,
        ...HISTORY_FLAGS,
        "probe-seconds": { type: "string" },
        "log-level": { type: "string" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean" },
      },
    }));
  } catch (error) {
    return { problems: [(error as Error).message.split(". ", 1)[0] ?? ""] };
  }
  if (values.help) return { help: true };
  if (values.version) return { version: true };

  const problems: string[] = [];
  const given = (name: string): string | undefined => {
    const value = values[name] ?? env[`RATCHET_${name.toUpperCase().replaceAll("-", "_")}`];
    if (value !== "") return value as string | undefined;
    problems.push(`--${name} is empty`);
    return undefined;
  };
  const choice = readStoreFlags(given, problems);
  const access = readAccessFlags(given, problems);
  const config = {
    listen: attempt("listen", () => parseListenAddress(given("listen") ?? DEFAULT_LISTEN, isGuarded(access)), problems),
    socket: given("socket"),
    data: given("data"),
    web: given("web"),
    store: choice,
    replica: readReplicaFlags(given, choice?.kind, problems),
    pools: readPoolFlags(given, problems),
    history: readHistoryFlags(given, problems),
    kubeconfig: given("kubeconfig"),
    usesLabels: given("use-labels") ?? "true",
    probeSeconds: ProbeSeconds.safeParse(given("probe-seconds") ?? String(DEFAULT_PROBE_SECONDS)),
    logLevel: (given("log-level") ?? "info") as Config["logLevel"],
  };
  if (config.data === undefined && !problems.includes("--data is empty"))
    problems.push("--data is needed: the folder for store and history");
  // sun_path has 108 bytes, unix(7).
  if (config.socket !== undefined && Buffer.byteLength(config.socket) > 107)
    problems.push("--socket is longer than 107 bytes");
  if (!["true", "false"].includes(config.usesLabels)) problems.push("--use-labels must be true or false");
  if (!config.probeSeconds.success) problems.push("--probe-seconds must be a whole number from 0 to 3600");
  if (!LEVELS.includes(config.logLevel)) problems.push(`--log-level must be one of ${LEVELS.join(", ")}`);
  const { listen, data, store, replica, pools, history, logLevel, socket, web, kubeconfig } = config;
  if (problems.length > 0 || listen === undefined || data === undefined || store === undefined) return { problems };
  return {
    config: {
      listen,
      access,
      data,
      store,
      replica,
      history,
      logLevel,
      probeSeconds: config.probeSeconds.data ?? DEFAULT_PROBE_SECONDS,
      usesLabels: config.usesLabels === "true",
      ...(Object.keys(pools).length === 0 ? {} : { pools }),
      ...(socket === undefined ? {} : { socket }),
      ...(web === undefined ? {} : { web }),
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
    },
  };
}

function attempt<T>(name: string, read: () => T, problems: string[]): T | undefined {
  try {
    return read();
  } catch (error) {
    problems.push(`--${name} ${(error as Error).message}`);
    return undefined;
  }
}
