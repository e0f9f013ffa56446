import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { command, commandResult } from "./command.js";
import type { ControlGroup } from "./control-group.js";
import { Daemon } from "./daemon.js";
import type { Programs } from "./kube-programs.js";
import { containerdConfig, containerdSocket, kubeletConfig, type NodeFolders } from "./node-config.js";
import { removeNodeRuntime } from "./remove-cluster.js";
import type { RunFolder } from "./run-folder.js";
import type { Snapshotter } from "./snapshotter.js";
import { makeNodeNamespace } from "./underlay.js";

export interface NodeKubeconfigs {
  kubelet: string;
  /** May list and watch pods. */
  agent: string;
  /** May get a pod. */
  shim: string;
}

export interface NodeSetup {
  name: string;
  index: number;
  labels: Readonly<Record<string, string>>;
  address: string;
  folder: RunFolder;
  group: ControlGroup;
  programs: Programs;
  caFile: string;
  imageArchive: string;
  snapshotter: Snapshotter;
  kubeconfigs: NodeKubeconfigs;
}

/** As far as it is asked of `ctr containers info`. */
interface ContainerInfo {
  /** RFC 3339. */
  CreatedAt: string;
  Spec: { linux: { namespaces: { type: string; path?: string }[] } };
}

const KUBELET_HEALTH = "http://127.0.0.1:10248/healthz";

/** A node: a network namespace with a containerd and a kubelet of its own. Other namespaces are the host's. */
export class KubeNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Name of its network namespace on the host. */
  readonly netns: string;
  readonly netnsPath: string;
  /** On the underlay; what tunnels end at. */
  readonly vtep: string;
  readonly parentInterface = "eth0";
  /** Where containerd looks for CNI configuration and plugins. */
  readonly cniConfDir: string;
  readonly cniBinDir: string;
  /** For whatever a plugin keeps; survives a reboot. host-local's `dataDir` in the default configuration. */
  readonly cniDataDir: string;
  /** A folder that a reboot empties, as /run. */
  readonly runDir: string;
  readonly containerdSocket: string;
  readonly kubeconfigs: NodeKubeconfigs;
  readonly kubelet: Daemon;
  readonly containerd: Daemon;
  readonly #setup: NodeSetup;
  readonly #folders: NodeFolders;

  constructor(setup: NodeSetup) {
    const { folder, name, programs, group } = setup;
    const home = join(folder.path, name);
    this.#setup = setup;
    this.name = name;
    this.labels = setup.labels;
    this.netns = `${folder.mark}.${name}`;
    this.netnsPath = `/run/netns/${this.netns}`;
    this.vtep = setup.address;
    this.runDir = join(home, "run");
    this.cniConfDir = join(home, "cni/net.d");
    this.cniBinDir = join(home, "cni/bin");
    this.cniDataDir = join(home, "cni/data");
    this.kubeconfigs = setup.kubeconfigs;
    this.#folders = {
      disk: join(home, "disk"),
      run: this.runDir,
      cniConf: this.cniConfDir,
      cniBin: this.cniBinDir,
    };
    this.containerdSocket = containerdSocket(this.#folders);
    const common = { netns: this.netnsPath, groupFile: group.daemonsFile(name) };
    this.containerd = new Daemon({
      ...common,
      name: `containerd ${name}`,
      argv: [programs.containerd, "--config", join(home, "containerd.toml")],
      logFile: join(home, "containerd.log"),
      isReady: async () => (await this.#ctr("version")).code === 0,
    });
    const health = ["nsenter", `--net=${this.netnsPath}`, programs.busybox, "wget", "-q", "-O-", KUBELET_HEALTH];
    this.kubelet = new Daemon({
      ...common,
      name: `kubelet ${name}`,
      argv: [
        ...[programs.kubelet, `--config=${join(home, "kubelet.json")}`, `--kubeconfig=${setup.kubeconfigs.kubelet}`],
        ...[`--root-dir=${join(home, "disk/kubelet")}`, `--cert-dir=${join(home, "disk/kubelet/pki")}`],
        ...[`--hostname-override=${name}`, `--node-ip=${setup.address}`],
        `--node-labels=${Object.entries(setup.labels)
          .map(([key, value]) => `${key}=${value}`)
          .join(",")}`,
      ],
      logFile: join(home, "kubelet.log"),
      isReady: async () => (await commandResult(health)).code === 0,
    });
  }

  /** Folders and files; what stands in them is the disk of the machine. */
  async install(): Promise<void> {
    const { folder, name, group, caFile, programs, snapshotter } = this.#setup;
    const home = join(folder.path, name);
    for (const path of [this.cniConfDir, this.cniBinDir, this.cniDataDir, this.#folders.disk]) {
      mkdirSync(path, { recursive: true });
    }
    for (const plugin of await readdir(programs.cniPlugins)) {
      symlinkSync(join(programs.cniPlugins, plugin), join(this.cniBinDir, plugin));
    }
    writeFileSync(join(home, "containerd.toml"), containerdConfig(this.#folders, snapshotter));
    const config = kubeletConfig(this.#folders, group.containers(name), caFile);
    writeFileSync(join(home, "kubelet.json"), JSON.stringify(config, null, 2));
  }

  /** Namespace, containerd, image, kubelet: as a machine that is switched on. */
  async boot(): Promise<void> {
    const { folder, name, index, address, group, imageArchive } = this.#setup;
    mkdirSync(this.runDir, { recursive: true });
    group.containers(name);
    group.daemonsFile(name);
    await makeNodeNamespace(folder.mark, name, index, address);
    await this.containerd.start();
    const imported = await this.#ctr("images", "import", imageArchive);
    if (imported.code !== 0) throw new Error(`${name}: importing the image failed: ${imported.stderr}`);
    await this.kubelet.start();
  }

  /** All its processes killed, its namespaces gone; its disk stays. What the caller runs in it, the caller ends. */
  async powerOff(): Promise<void> {
    await this.kubelet.kill();
    await this.containerd.kill();
    await removeNodeRuntime(this.#setup.folder, this.name);
  }

  /** Runs a program in the node's network namespace; its stdout. */
  exec(...argv: string[]): Promise<string> {
    return command(["nsenter", `--net=${this.netnsPath}`, ...argv]);
  }

  /** Path of a pod's network namespace, by the pod's uid. @throws when it has no sandbox here */
  async podNetns(podUid: string): Promise<string> {
    const filter = `labels."io.kubernetes.pod.uid"==${podUid},labels."io.cri-containerd.kind"==sandbox`;
    const listed = await this.#ctr("containers", "list", "-q", filter);
    const found: { path: string; createdAt: string }[] = [];
    for (const id of listed.stdout.split("\n").filter(Boolean)) {
      const { stdout, code } = await this.#ctr("containers", "info", id);
      if (code !== 0) continue;
      const info = JSON.parse(stdout) as ContainerInfo;
      const path = info.Spec.linux.namespaces.find((item) => item.type === "network")?.path;
      // Of a sandbox that a reboot ended the record is left for a while.
      if (path !== undefined && existsSync(path)) found.push({ path, createdAt: info.CreatedAt });
    }
    const newest = found.sort((a, b) => a.createdAt.localeCompare(b.createdAt)).at(-1);
    if (newest === undefined) throw new Error(`node ${this.name} has no sandbox of pod ${podUid}`);
    return newest.path;
  }

  #ctr(...argv: string[]) {
    const { programs } = this.#setup;
    return commandResult([programs.ctr, "-a", this.containerdSocket, "-n", "k8s.io", "--timeout", "5s", ...argv]);
  }
}
