import type { PeerFiles } from "../access/peer-credentials.js";

export const REPLICA_USAGE = `  --replica-id NAME    of this process among others on the same etcd; the same after a restart (default a random one)
  --peer-url URL       how the other replicas reach this one (default the address of --listen)
  --peer-ca FILE       PEM of the authority that signed the other replicas' certificates
  --peer-token-file FILE  first line: the token of role replica, which opens their door
`;

export const REPLICA_FLAGS = {
  "replica-id": { type: "string" },
  "peer-url": { type: "string" },
  "peer-ca": { type: "string" },
  "peer-token-file": { type: "string" },
} as const;

const FLAGS = ["replica-id", "peer-url", "peer-ca", "peer-token-file"] as const;

export interface ReplicaConfig {
  replicaId?: string;
  /** http(s)://HOST:PORT */
  peerUrl?: string;
  peers: PeerFiles;
}

/** Reads who this process is among several; problems by name and never by value. */
export function readReplicaFlags(
  given: (name: keyof typeof REPLICA_FLAGS) => string | undefined,
  store: "embedded" | "etcd" | undefined,
  problems: string[],
): ReplicaConfig {
  const [replicaId, peerUrl, peerCa, peerTokenFile] = FLAGS.map(given);
  if (store === "embedded") {
    const reason = "needs --store etcd: the embedded store has one API process";
    for (const flag of FLAGS) if (given(flag) !== undefined) problems.push(`--${flag} ${reason}`);
    return { peers: {} };
  }
  if (replicaId !== undefined && !/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(replicaId))
    problems.push("--replica-id must be 1 to 63 letters, digits, '.', '_' or '-'");
  if (peerUrl !== undefined && !isOrigin(peerUrl))
    problems.push("--peer-url must be http(s)://HOST:PORT without a path");
  return {
    ...(replicaId === undefined ? {} : { replicaId }),
    ...(peerUrl === undefined ? {} : { peerUrl }),
    peers: {
      ...(peerCa === undefined ? {} : { peerCa }),
      ...(peerTokenFile === undefined ? {} : { peerTokenFile }),
    },
  };
}

function isOrigin(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") return false;
  return url.pathname === "/" && url.search === "" && url.hash === "" && url.username === "" && url.password === "";
}
