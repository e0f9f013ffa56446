import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { eventually, findKubePrograms, type KubeCluster } from "@ratchet/testkit";

/** Follows the cluster's pods and keeps when the API server first said that each is Ready. */
export class ReadyWatch {
  readonly #child: ChildProcess;
  readonly #atMs = new Map<string, number>();

  private constructor(cluster: KubeCluster) {
    const words = '{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}';
    const argv = [`--kubeconfig=${cluster.kubeconfigs.admin}`, "get", "pods", "--watch", "-o", `jsonpath=${words}`];
    this.#child = spawn(findKubePrograms().kubectl, argv, { stdio: ["ignore", "pipe", "ignore"] });
    createInterface({ input: this.#child.stdout! }).on("line", (line) => {
      const [name = "", isReady] = line.split(" ");
      if (isReady === "True" && !this.#atMs.has(name)) this.#atMs.set(name, Date.now());
    });
  }

  /** `known` is a pod that is Ready already: it listens once it has heard of that one. */
  static async start(cluster: KubeCluster, known: string): Promise<ReadyWatch> {
    const watch = new ReadyWatch(cluster);
    await watch.at(known);
    return watch;
  }

  /** In ms since 1970. */
  at(name: string): Promise<number> {
    return eventually(
      () => {
        const atMs = this.#atMs.get(name);
        if (atMs === undefined) throw new Error(`the watch has not said that ${name} is Ready`);
        return atMs;
      },
      { withinMs: 60_000 },
    );
  }

  stop(): void {
    this.#child.kill();
  }
}
