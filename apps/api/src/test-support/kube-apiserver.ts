import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";

const READY_WITHIN_MS = 120_000;

/** A real kube-apiserver on an etcd that is given, without nodes: pods are objects that nothing runs. */
export class KubeApiServer {
  readonly kubeconfig: string;
  readonly core: CoreV1Api;
  readonly #folder: string;
  readonly #argv: string[];
  readonly #config: KubeConfig;
  #child: ChildProcess | undefined;
  #log = "";

  private constructor(folder: string, etcd: string, port: number, token: string) {
    this.#folder = folder;
    const at = (name: string) => join(folder, name);
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    writeFileSync(at("account.key"), privateKey.export({ type: "pkcs8", format: "pem" }));
    writeFileSync(at("account.pub"), publicKey.export({ type: "spki", format: "pem" }));
    writeFileSync(at("tokens.csv"), `${token},admin,admin,system:masters\n`);
    this.kubeconfig = at("kubeconfig");
    const server = `https://127.0.0.1:${port}`;
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "test", cluster: { server, "insecure-skip-tls-verify": true } }],
      users: [{ name: "admin", user: { token } }],
      contexts: [{ name: "test", context: { cluster: "test", user: "admin" } }],
      "current-context": "test",
    };
    writeFileSync(this.kubeconfig, JSON.stringify(config));
    this.#argv = [
      ...[`--etcd-servers=${etcd}`, "--bind-address=127.0.0.1", `--secure-port=${port}`],
      ...["--advertise-address=127.0.0.1", `--cert-dir=${at("certs")}`, `--token-auth-file=${at("tokens.csv")}`],
      ...["--authorization-mode=RBAC", "--disable-admission-plugins=ServiceAccount,TaintNodesByCondition"],
      ...["--service-account-issuer=https://kubernetes.default.svc", "--service-cluster-ip-range=10.0.0.0/24"],
      ...[`--service-account-key-file=${at("account.pub")}`, `--service-account-signing-key-file=${at("account.key")}`],
      ...["--endpoint-reconciler-type=none", "--enable-priority-and-fairness=false"],
    ];
    this.#config = new KubeConfig();
    this.#config.loadFromFile(this.kubeconfig);
    this.core = this.#config.makeApiClient(CoreV1Api);
  }

  /** `etcd`: URL for clients. */
  static async start(etcd: string): Promise<KubeApiServer> {
    const program = programPath();
    const folder = mkdtempSync(join(tmpdir(), "ratchet-kube-api-"));
    const api = new KubeApiServer(folder, etcd, await freePort(), randomUUID());
    api.#argv.unshift(program);
    try {
      await api.start();
    } catch (error) {
      await api.close();
      throw error;
    }
    return api;
  }

  /** Resolves when it answers and the default namespace is there. */
  async start(): Promise<void> {
    const [program = "", ...args] = this.#argv;
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    this.#log = "";
    child.stderr?.on("data", (text) => {
      this.#log = (this.#log + text).slice(-4_000);
    });
    child.once("exit", () => {
      if (this.#child === child) this.#child = undefined;
    });
    process.once("exit", this.#killNow);
    const endMs = Date.now() + READY_WITHIN_MS;
    for (;;) {
      const isReady = await this.core.readNamespace({ name: "default" }).then(
        () => true,
        () => false,
      );
      if (isReady) return;
      if (this.#child !== child) throw new Error(`kube-apiserver ended at once:\n${this.#log}`);
      if (Date.now() > endMs) throw new Error(`kube-apiserver does not answer:\n${this.#log}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** kill -9; etcd keeps what it had. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    process.removeListener("exit", this.#killNow);
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  readonly #killNow = (): void => {
    this.#child?.kill("SIGKILL");
  };
}

function programPath(): string {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "ratchet-kube");
  const cached = existsSync(cache)
    ? readdirSync(cache)
        .sort()
        .map((version) => join(cache, version))
    : [];
  const folders = [process.env.RATCHET_KUBE_BIN ?? "", ...cached.reverse()];
  const found = folders.map((folder) => join(folder, "kube-apiserver")).find((path) => existsSync(path));
  if (found === undefined) throw new Error("kube-apiserver is missing: set RATCHET_KUBE_BIN to a folder that has it");
  return found;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
