import { isObject, type JsonObject } from "../config/node-config.js";
import type { HttpsGet } from "../host/host.js";
import { lazyPath } from "../host/lazy-modules.js";
import { parsePlainYaml } from "./plain-yaml.js";

export interface KubeAccess {
  /** URL without trailing slash. */
  readonly server: string;
  readonly tls: Parameters<HttpsGet>[0]["tls"];
  readonly token?: string;
}

/**
 * What the current context of a kubeconfig says.
 *
 * Throws for what it cannot use: other YAML than kubeadm and kubectl write, `exec` and `auth-provider` users.
 */
export function readKubeconfig(path: string, readText: (path: string) => string): KubeAccess {
  const text = readText(path);
  const config = text.trimStart().startsWith("{") ? (JSON.parse(text) as unknown) : parsePlainYaml(text);
  if (!isObject(config)) throw new Error(`${path} is no kubeconfig`);
  const context = named(config.contexts, config["current-context"], "context");
  const cluster = named(config.clusters, context.cluster, "cluster");
  const user = named(config.users, context.user, "user");
  if (typeof cluster.server !== "string") throw new Error(`${path}: the cluster has no server`);
  if (user.exec !== undefined || user["auth-provider"] !== undefined) {
    throw new Error(`${path}: the user logs in by a program; use a token or a client certificate`);
  }

  const from = (object: JsonObject, key: string): string | undefined => {
    const data = object[`${key}-data`];
    if (typeof data === "string" && data !== "") return Buffer.from(data, "base64").toString("utf8");
    return fromFile(object[key]);
  };
  const fromFile = (value: unknown): string | undefined =>
    typeof value === "string" && value !== ""
      ? readText(lazyPath().resolve(lazyPath().dirname(path), value))
      : undefined;

  const ca = from(cluster, "certificate-authority");
  const cert = from(user, "client-certificate");
  const key = from(user, "client-key");
  const token = typeof user.token === "string" ? user.token : fromFile(user.tokenFile)?.trim();
  const serverName = cluster["tls-server-name"];
  return {
    server: cluster.server.replace(/\/+$/, ""),
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
      ...(typeof serverName === "string" && serverName !== "" ? { serverName } : {}),
      ...(cluster["insecure-skip-tls-verify"] === true ? { isUnverified: true } : {}),
    },
    ...(token === undefined || token === "" ? {} : { token }),
  };
}

/** `list` is `[{name, <kind>: {...}}]`. */
function named(list: unknown, name: unknown, kind: string): JsonObject {
  const entries = Array.isArray(list) ? list : [];
  const entry: unknown = entries.find((item) => isObject(item) && item.name === name);
  const value = isObject(entry) ? entry[kind] : undefined;
  if (isObject(value)) return value;
  throw new Error(`the kubeconfig has no such ${kind}: ${String(name)}`);
}
