import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  clusterLeftovers,
  command,
  type KubeCluster,
  type KubeNode,
  ptpWithHostLocal,
  startKubeCluster,
} from "@ratchet/testkit";
import { expect } from "vitest";
import { manifest } from "../../scripts/deploy/render.mjs";
import { defaultValues } from "../../scripts/deploy/values.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
export const NAMESPACE = "ratchet-system";
export const PORT = 8443;

/** A real cluster into which Ratchet was installed as its operator would: from images and manifests. */
export class InstalledCluster {
  private constructor(
    readonly cluster: KubeCluster,
    readonly credentials: string,
  ) {}

  static async start(): Promise<InstalledCluster> {
    const images = mkdtempSync(join(tmpdir(), "ratchet-images-"));
    try {
      // The images are built while the cluster starts.
      const argv = [join(root, "scripts/images/main.mjs"), "api", "agent", "--out", images];
      const [cluster, built] = await Promise.allSettled([
        startKubeCluster(),
        command([process.execPath, ...argv], { timeoutMs: 600_000 }),
      ]);
      if (cluster.status === "rejected") throw cluster.reason;
      const installed = new InstalledCluster(cluster.value, join(cluster.value.path, "credentials"));
      try {
        if (built.status === "rejected") throw built.reason;
        await installed.#install(images);
        return installed;
      } catch (error) {
        await installed.#explain();
        await installed.end();
        throw error;
      }
    } finally {
      rmSync(images, { recursive: true });
    }
  }

  get left(): KubeNode {
    return this.cluster.node("left");
  }

  /** Asks the API from the host, as its operator. */
  async ask(path: string): Promise<string> {
    const token = readFileSync(join(this.credentials, "operator.token"), "utf8").trim();
    const url = `https://${this.left.vtep}:${PORT}${path}`;
    return command([
      "curl",
      "-sf",
      "--cacert",
      join(this.credentials, "ca.crt"),
      "-H",
      `Authorization: Bearer ${token}`,
      url,
    ]);
  }

  panelOf(node: KubeNode): string {
    return `${node.netns}-panel`;
  }

  /** What differs from the defaults where two nodes share one host, and no proxy leads to Services. */
  values(node: KubeNode) {
    const { cluster, left } = this;
    const { hostname, port } = new URL(cluster.server);
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const values = defaultValues(version);
    Object.assign(values.images, { pullPolicy: "Never" });
    Object.assign(values.api, {
      hostNetwork: true,
      dnsPolicy: "Default",
      nodeSelector: { ratchetside: "left" },
      data: { name: "data", emptyDir: {} },
      env: [
        { name: "KUBERNETES_SERVICE_HOST", value: hostname },
        { name: "KUBERNETES_SERVICE_PORT", value: port },
      ],
    });
    Object.assign(values.agent, {
      name: `ratchet-agent-${node.name}`,
      api: `https://${left.vtep}:${PORT}`,
      installation: cluster.mark,
      panel: this.panelOf(node),
      nodeSelector: { ratchetside: node.name },
    });
    const run = join(node.runDir, "ratchet");
    Object.assign(values.host, {
      ...{ cniBin: node.cniBinDir, cniConf: node.cniConfDir, run, state: join(node.cniDataDir, "ratchet") },
      podNetns: netnsFolder(node),
    });
    Object.assign(values.cni.conf, {
      delegate: ptpWithHostLocal(node),
      agent_socket: join(run, "cni.sock"),
      state_dir: join(node.cniDataDir, "ratchet/cni"),
      kubeconfig: join(node.cniConfDir, "ratchet.kubeconfig"),
    });
    return values;
  }

  /** Puts Ratchet's things away on every node, as deploy/kubernetes/uninstall.yaml does. */
  async uninstall(): Promise<void> {
    const { cluster } = this;
    for (const node of cluster.nodes) {
      await cluster.kubectl(["delete", "daemonset", "-n", NAMESPACE, `ratchet-agent-${node.name}`, "--wait"]);
      await cluster.apply(manifest("uninstall", this.values(node), NAMESPACE));
      await this.#rolledOut(`daemonset/ratchet-agent-${node.name}-uninstall`);
    }
  }

  /** Removes everything, and fails when something of it is left. */
  async end(): Promise<void> {
    const { cluster } = this;
    await cluster.stop();
    for (const node of cluster.nodes) await command(["ip", "netns", "delete", this.panelOf(node)]).catch(() => {});
    const { processes, namespaces, mounts } = clusterLeftovers(cluster);
    expect({ processes, namespaces, mounts }).toEqual({ processes: [], namespaces: [], mounts: [] });
  }

  async #install(images: string): Promise<void> {
    const { cluster, credentials, left } = this;
    await Promise.all(
      cluster.nodes.map(async (node) => {
        await shareNamespaces(node);
        const names = node === left ? ["api", "agent"] : ["agent"];
        for (const name of names) await importImage(node, join(images, `${name}.tar`));
      }),
    );
    const ctl = (...argv: string[]) =>
      command([process.execPath, join(root, "packages/ratchetctl/dist/main.js"), ...argv]);
    await ctl("init", "--dir", credentials, "--host", left.vtep, "--node", "left", "--node", "right");
    await cluster.kubectl(["create", "namespace", NAMESPACE]);
    await cluster.apply(JSON.parse(await ctl("init", "secrets", "--dir", credentials)).items);
    const values = this.values(left);
    await cluster.apply([...manifest("access", values, NAMESPACE), ...manifest("api", values, NAMESPACE)]);
    await this.#rolledOut("statefulset/ratchet-api");
    for (const node of cluster.nodes) {
      await cluster.apply([this.#environment(node), ...manifest("agent", this.values(node), NAMESPACE)]);
    }
    for (const node of cluster.nodes) await this.#rolledOut(`daemonset/ratchet-agent-${node.name}`);
  }

  /** Where the Kubernetes API is, for who is told otherwise by its environment. */
  #environment(node: KubeNode): object {
    const { hostname, port } = new URL(this.cluster.server);
    return {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: `ratchet-agent-${node.name}-env`, namespace: NAMESPACE },
      data: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
    };
  }

  #rolledOut(what: string): Promise<string> {
    return this.cluster.kubectl(["rollout", "status", "-n", NAMESPACE, what, "--timeout=240s"]);
  }

  async #explain(): Promise<void> {
    for (const argv of [
      ["get", "pods", "-A", "-o", "wide"],
      ["describe", "pods", "-n", NAMESPACE],
      ["logs", "-n", NAMESPACE, "-l", "app.kubernetes.io/name=ratchet", "--all-containers", "--prefix", "--tail=20"],
    ]) {
      const { stdout, stderr } = await this.cluster.kubectlResult(argv);
      process.stderr.write(`${stdout}${stderr}\n`);
    }
  }
}

function importImage(node: KubeNode, archive: string): Promise<string> {
  const ctr = ["ctr", "-a", node.containerdSocket, "-n", "k8s.io"];
  return command([...ctr, "images", "import", "--snapshotter", "native", archive], { timeoutMs: 600_000 });
}

function netnsFolder(node: KubeNode): string {
  return join(node.runDir, "containerd/io.containerd.grpc.v1.cri/netns");
}

/** As /run is on hosts with systemd: what is mounted in it later is seen by who has it mounted elsewhere. */
async function shareNamespaces(node: KubeNode): Promise<void> {
  const folder = netnsFolder(node);
  mkdirSync(folder, { recursive: true });
  await command(["mount", "--bind", folder, folder]);
  await command(["mount", "--make-rshared", folder]);
}
