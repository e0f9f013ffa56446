import { EtcdOptions } from "../store/etcd/options.js";
import type { StoreChoice } from "../store/open-store.js";

export const STORE_USAGE = `  --store KIND         embedded: a file in DIR, one API process; etcd: a cluster (default embedded)
  --etcd-endpoints A,B client URLs of its members, http://HOST:PORT or https://HOST:PORT
  --etcd-prefix TEXT   what every key begins with (default ratchet/)
  --etcd-ca FILE       PEM of the authority that signed the members' certificates
  --etcd-cert FILE     PEM of the certificate to show, with --etcd-key
  --etcd-key FILE      PEM of its key
  --etcd-user NAME     user, with --etcd-password-file
  --etcd-password-file FILE  first line: the password
  --etcd-compaction-seconds N  forget the cluster's history older than this; 0 leaves it to etcd (default 300)
`;

export const STORE_FLAGS = {
  store: { type: "string" },
  "etcd-endpoints": { type: "string" },
  "etcd-prefix": { type: "string" },
  "etcd-ca": { type: "string" },
  "etcd-cert": { type: "string" },
  "etcd-key": { type: "string" },
  "etcd-user": { type: "string" },
  "etcd-password-file": { type: "string" },
  "etcd-compaction-seconds": { type: "string" },
} as const;

const FLAG_OF: Record<string, string> = {
  endpoints: "--etcd-endpoints",
  prefix: "--etcd-prefix",
  compactionSeconds: "--etcd-compaction-seconds",
  tls: "--etcd-ca, --etcd-cert and --etcd-key",
};

/** Reads which store to use; undefined after a problem, which is then in `problems`, by name and never by value. */
export function readStoreFlags(
  given: (name: keyof typeof STORE_FLAGS) => string | undefined,
  problems: string[],
): StoreChoice | undefined {
  const kind = given("store") ?? "embedded";
  const names = Object.keys(STORE_FLAGS).filter((name) => name !== "store") as (keyof typeof STORE_FLAGS)[];
  if (kind === "embedded") {
    const extra = names.filter((name) => given(name) !== undefined);
    for (const name of extra) problems.push(`--${name} needs --store etcd`);
    return extra.length === 0 ? { kind } : undefined;
  }
  if (kind !== "etcd") {
    problems.push("--store must be embedded or etcd");
    return undefined;
  }
  const endpoints = given("etcd-endpoints");
  if (endpoints === undefined) {
    problems.push("--etcd-endpoints is needed with --store etcd: client URLs of the members, with commas between");
    return undefined;
  }
  const [user, passwordFile] = [given("etcd-user"), given("etcd-password-file")];
  if ((user === undefined) !== (passwordFile === undefined))
    problems.push("--etcd-user and --etcd-password-file go together");
  const [prefix, caFile, certFile, keyFile] = [
    given("etcd-prefix"),
    given("etcd-ca"),
    given("etcd-cert"),
    given("etcd-key"),
  ];
  const tls = { ...optional({ caFile }), ...optional({ certFile }), ...optional({ keyFile }) };
  const options = {
    endpoints: endpoints.split(",").map((endpoint) => endpoint.trim()),
    ...optional({ prefix }),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
    compactionSeconds: Number(given("etcd-compaction-seconds") ?? 300),
  };
  const parsed = EtcdOptions.safeParse(options);
  if (!parsed.success) {
    const found = parsed.error.issues.map(
      ({ path, message }) => `${FLAG_OF[String(path[0])] ?? "--store etcd"} ${message}`,
    );
    problems.push(...new Set(found));
    return undefined;
  }
  return { kind, etcd: options, ...optional({ user }), ...optional({ passwordFile }) };
}

function optional<Key extends string>(item: Record<Key, string | undefined>): { [key in Key]?: string } {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as {
    [key in Key]?: string;
  };
}
