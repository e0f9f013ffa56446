import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commandResult, type KubeCluster, type KubeNode } from "@ratchet/testkit";

type Json = Record<string, unknown>;

export interface PluginAnswer {
  code: number | null;
  /** Undefined when there is nothing on stdout. */
  answer: Json | undefined;
}

/** A sandbox as a node's agent has written it down. */
export interface RegisteredSandbox {
  containerId: string;
  ifName: string;
  namespace: string;
  name: string;
  podUid: string;
  netns: string;
}

/** Runs a node's plugin as the runtime does, without the runtime: as `cnitool` would. */
export async function runPlugin(
  node: KubeNode,
  command: string,
  config: object,
  sandbox?: RegisteredSandbox,
): Promise<PluginAnswer> {
  const env = [`CNI_COMMAND=${command}`, `CNI_PATH=${node.cniBinDir}`];
  if (sandbox !== undefined) {
    const { containerId, ifName, netns, namespace, name, podUid } = sandbox;
    env.push(`CNI_CONTAINERID=${containerId}`, `CNI_IFNAME=${ifName}`, `CNI_NETNS=${netns}`);
    env.push(`CNI_ARGS=IgnoreUnknown=1;K8S_POD_NAMESPACE=${namespace};K8S_POD_NAME=${name};K8S_POD_UID=${podUid}`);
  }
  const argv = ["nsenter", `--net=${node.netnsPath}`, "env", ...env, join(node.cniBinDir, "ratchet")];
  const { code, stdout } = await commandResult(argv, { stdin: JSON.stringify(config) });
  return { code, answer: stdout === "" ? undefined : (JSON.parse(stdout) as Json) };
}

/** The node's configuration as the runtime reads it. */
export function configOf(node: KubeNode): Json {
  return JSON.parse(readFileSync(join(node.cniConfDir, "10-ratchet.conf"), "utf8")) as Json;
}

/** What the ADD answered, as libcni keeps it (libcni/api.go, `cacheAdd`). */
export function cachedResult({ name }: { name: string }, { containerId, ifName }: RegisteredSandbox): Json {
  const path = `/var/lib/cni/results/${name}-${containerId}-${ifName}`;
  return (JSON.parse(readFileSync(path, "utf8")) as { result: Json }).result;
}

/** The sandboxes that a node's agent has written down. */
export function registrationsOf(cluster: KubeCluster, node: KubeNode): RegisteredSandbox[] {
  const [, body = ""] = readFileSync(join(cluster.path, "ratchet", node.name, "cni.json"), "utf8").split("\n");
  return (JSON.parse(body) as { registrations: RegisteredSandbox[] }).registrations;
}
