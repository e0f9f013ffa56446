import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ratchetAccess } from "./access.js";
import { makeCertificates } from "./certificates.js";
import { type CommandResult, command, commandResult } from "./command.js";
import { ControlGroup } from "./control-group.js";
import { type ControlPlane, controlPlane } from "./control-plane.js";
import { defaultCni } from "./default-cni.js";
import { identity, tokenFile, writeKubeconfig } from "./identities.js";
import { buildBusyboxImage } from "./image.js";
import { findKubePrograms } from "./kube-programs.js";
import { KubeNode } from "./node.js";
import { removeCluster } from "./remove-cluster.js";
import { makeRunFolder, type RunFolder } from "./run-folder.js";
import { chooseSnapshotter } from "./snapshotter.js";
import { sweepKubeClusters } from "./sweep.js";
import { makeBridge } from "./underlay.js";

/** One file of a node's CNI configuration folder. */
export interface CniFile {
  /** Such as `10-ratchet.conf`; the first by name counts. */
  name: string;
  content: object;
}

export interface KubeClusterOptions {
  /** Default `left` and `right`; each has the label `ratchetside` with its name. */
  nodes?: readonly string[];
  /** Default: `ptp` with `host-local`. Called before the node starts. */
  cniConf?: (node: KubeNode) => CniFile;
  /** Progress, one line each. */
  say?: (line: string) => void;
  /** Calls the start off: everything made so far is removed. */
  signal?: AbortSignal;
}

export interface PodWait {
  namespace?: string;
  /** Default 180 s. */
  withinSeconds?: number;
}

/** A real Kubernetes on this host. */
export interface KubeCluster extends RunFolder {
  readonly nodes: readonly KubeNode[];
  readonly controlPlane: ControlPlane;
  /** URL of kube-apiserver, reachable from the host and from the nodes. */
  readonly server: string;
  readonly caFile: string;
  readonly kubeconfigs: { admin: string; controlPlane: string };
  /** Marks of dead clusters that were removed at the start. */
  readonly swept: readonly string[];
  node(name: string): KubeNode;
  /** As admin; its stdout. Throws with stderr when it fails. */
  kubectl(args: readonly string[], stdin?: string): Promise<string>;
  kubectlResult(args: readonly string[], stdin?: string): Promise<CommandResult>;
  /** Applies YAML, or objects. */
  apply(manifest: string | object | readonly object[]): Promise<void>;
  waitPodsReady(names: readonly string[], wait?: PodWait): Promise<void>;
  waitPodsGone(names: readonly string[], wait?: PodWait): Promise<void>;
  waitNodesReady(withinSeconds?: number): Promise<void>;
  /** Path of the network namespace of a pod that has been placed. */
  podNetns(name: string, namespace?: string): Promise<string>;
  /** Runs a program of the host in a pod's network namespace; its stdout. */
  execInPodNetns(name: string, argv: readonly string[], namespace?: string): Promise<string>;
  /** All processes of a node killed, its namespaces gone, started again; `whileOff` for those who run more there. */
  reboot(node: string, whileOff?: () => Promise<void>): Promise<void>;
  /** Removes everything. Twice succeeds. */
  stop(): Promise<void>;
}

/**
 * Starts etcd, kube-apiserver, controllers, scheduler and nodes, and waits until the nodes are Ready. Removes first
 * what a killed predecessor left. Nothing stays when it fails.
 *
 * @throws KubeProgramsMissing that says how to get what is missing
 */
export async function startKubeCluster(options: KubeClusterOptions = {}): Promise<KubeCluster> {
  findKubePrograms();
  const swept = await sweepKubeClusters();
  const folder = makeRunFolder();
  try {
    return await bringUp(folder, swept, options);
  } catch (error) {
    await removeCluster(folder);
    throw error;
  }
}

async function bringUp(folder: RunFolder, swept: string[], options: KubeClusterOptions): Promise<KubeCluster> {
  const say = options.say ?? (() => {});
  const names = options.nodes ?? ["left", "right"];
  const programs = findKubePrograms();
  const group = new ControlGroup(folder.mark);
  const control = join(folder.path, "control");
  mkdirSync(control);

  const underlay = await makeBridge(folder.mark);
  const server = `https://${underlay.host}:6443`;
  const certificates = await makeCertificates(programs.openssl, control, underlay.host);
  const people = {
    admin: identity("admin", "system:masters"),
    controllers: identity("controllers", "system:masters"),
    ratchet: identity("ratchet-control-plane", "ratchet-control-plane"),
    nodes: names.map((name) => ({
      kubelet: identity(`system:node:${name}`, "system:nodes"),
      agent: identity(`ratchet-agent:${name}`, "ratchet-agents"),
      shim: identity(`ratchet-shim:${name}`, "ratchet-shims"),
    })),
  };
  const everybody = [people.admin, people.controllers, people.ratchet, ...people.nodes.flatMap(Object.values)];
  const tokens = join(control, "tokens.csv");
  writeFileSync(tokens, tokenFile(everybody), { mode: 0o600 });
  const kubeconfig = (name: string, who: typeof people.admin) =>
    writeKubeconfig(control, name, who, server, certificates.ca);
  const kubeconfigs = {
    admin: kubeconfig("admin", people.admin),
    controlPlane: kubeconfig("ratchet-control-plane", people.ratchet),
  };

  const processes = controlPlane({
    programs,
    folder: control,
    group,
    address: underlay.host,
    certificates,
    tokenFile: tokens,
    kubeconfig: kubeconfig("controllers", people.controllers),
    adminToken: people.admin.token,
  });
  const snapshotter = await chooseSnapshotter(control);
  const checkpoint = () => options.signal?.throwIfAborted();
  const imageArchive = buildBusyboxImage(programs.busybox, control);
  await processes.etcd.start();
  checkpoint();
  await processes["kube-apiserver"].start();
  checkpoint();
  say(`kube-apiserver at ${server}`);

  const kubectlResult = (args: readonly string[], stdin?: string) =>
    commandResult(
      [programs.kubectl, `--kubeconfig=${kubeconfigs.admin}`, `--cache-dir=${join(control, "kubectl")}`, ...args],
      { timeoutMs: 600_000, ...(stdin !== undefined && { stdin }) },
    );
  const kubectl = async (args: readonly string[], stdin?: string) => {
    const { code, stdout, stderr } = await kubectlResult(args, stdin);
    if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr.trim()}`);
    return stdout;
  };
  const apply = async (manifest: string | object | readonly object[]) => {
    const items = Array.isArray(manifest) ? { apiVersion: "v1", kind: "List", items: manifest } : manifest;
    await kubectl(["apply", "-f", "-"], typeof manifest === "string" ? manifest : JSON.stringify(items));
  };

  const nodes = await Promise.all(
    people.nodes.map(async (who, index) => {
      const name = names[index]!;
      return new KubeNode({
        name,
        index,
        labels: { ratchetside: name },
        address: `${underlay.subnet}${index + 2}`,
        folder,
        group,
        programs,
        caFile: certificates.ca,
        imageArchive: await imageArchive,
        snapshotter,
        kubeconfigs: {
          kubelet: kubeconfig(`${name}-kubelet`, who.kubelet),
          agent: kubeconfig(`${name}-agent`, who.agent),
          shim: kubeconfig(`${name}-shim`, who.shim),
        },
      });
    }),
  );
  const waitNodesReady = async (withinSeconds = 180) => {
    for (const { name } of nodes) await waitNodeReady(name, withinSeconds);
  };
  // `kubectl wait` fails at once for a node that has not registered yet.
  const waitNodeReady = async (name: string, withinSeconds: number) => {
    const deadline = performance.now() + withinSeconds * 1000;
    for (;;) {
      const asked = await kubectlResult(["wait", "--for=condition=Ready", `node/${name}`, "--timeout=5s"]);
      if (asked.code === 0) return;
      checkpoint();
      if (performance.now() > deadline) throw new Error(`node ${name} is not Ready: ${asked.stderr.trim()}`);
      await delay(100);
    }
  };
  await Promise.all([
    processes["kube-controller-manager"].start(),
    processes["kube-scheduler"].start(),
    apply(ratchetAccess()),
    ...nodes.map(async (node) => {
      await node.install();
      const file = (options.cniConf ?? defaultCni)(node);
      writeFileSync(join(node.cniConfDir, file.name), JSON.stringify(file.content, null, 2));
      await node.boot();
    }),
  ]);
  await waitNodesReady();
  say(`nodes ${names.join(", ")} are Ready`);

  const nodeNamed = (name: string) => {
    const node = nodes.find((item) => item.name === name);
    if (node === undefined) throw new Error(`no node ${name} in cluster ${folder.mark}`);
    return node;
  };
  const podNetns = async (name: string, namespace = "default") => {
    const found = await kubectl([
      "get",
      "pod",
      name,
      "-n",
      namespace,
      "-o",
      "jsonpath={.spec.nodeName} {.metadata.uid}",
    ]);
    const [node = "", uid = ""] = found.split(" ");
    return nodeNamed(node).podNetns(uid);
  };
  const waitPods = async (what: string, pods: readonly string[], { namespace, withinSeconds = 180 }: PodWait) => {
    if (pods.length === 0) return;
    const flags = [`--for=${what}`, "-n", namespace ?? "default", `--timeout=${withinSeconds}s`];
    await kubectl(["wait", ...flags, ...pods.map((pod) => `pod/${pod}`)]);
  };
  let stopping: Promise<void> | undefined;
  return {
    ...folder,
    nodes,
    controlPlane: processes,
    server,
    caFile: certificates.ca,
    kubeconfigs,
    swept,
    node: nodeNamed,
    kubectl,
    kubectlResult,
    apply,
    waitPodsReady: (pods, wait = {}) => waitPods("condition=Ready", pods, wait),
    waitPodsGone: (pods, wait = {}) => waitPods("delete", pods, wait),
    waitNodesReady,
    podNetns,
    execInPodNetns: async (name, argv, namespace) =>
      command(["nsenter", `--net=${await podNetns(name, namespace)}`, ...argv]),
    reboot: async (name, whileOff) => {
      const node = nodeNamed(name);
      await node.powerOff();
      await whileOff?.();
      await node.boot();
      await waitNodeReady(name, 180);
    },
    stop: () => {
      for (const daemon of Object.values(processes)) daemon.release();
      return (stopping ??= removeCluster(folder));
    },
  };
}
