import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { delimiter, join } from "node:path";

/** PEM files. etcd asks clients for a certificate of this authority. */
export interface EtcdTls {
  caFile: string;
  certFile: string;
  keyFile: string;
}

interface Setup {
  name: string;
  folder: string;
  clientUrl: string;
  peerUrl: string;
  cluster: string;
  flags: string[];
  tls?: EtcdTls;
}

/** One etcd process, which can be killed and brought back with its data. */
export class EtcdMember {
  readonly #program: string;
  readonly #setup: Setup;
  #child: ChildProcess | undefined;
  #log = "";

  constructor(program: string, setup: Setup) {
    this.#program = program;
    this.#setup = setup;
  }

  get name(): string {
    return this.#setup.name;
  }
  get clientUrl(): string {
    return this.#setup.clientUrl;
  }
  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** Starts the process and waits until it listens; with three members, an election may still be under way. */
  async start(): Promise<void> {
    if (this.#child !== undefined) return;
    const { name, folder, clientUrl, peerUrl, cluster, tls, flags } = this.#setup;
    const argv = [
      `--name=${name}`,
      `--data-dir=${folder}`,
      `--listen-client-urls=${clientUrl}`,
      `--advertise-client-urls=${clientUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=${cluster}`,
      "--logger=zap",
      ...(tls === undefined
        ? []
        : [
            `--cert-file=${tls.certFile}`,
            `--key-file=${tls.keyFile}`,
            `--trusted-ca-file=${tls.caFile}`,
            "--client-cert-auth",
          ]),
      ...flags,
    ];
    this.#log = "";
    const child = spawn(this.#program, argv, { stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    child.stderr!.on("data", (text) => (this.#log = (this.#log + text).slice(-4_000)));
    child.once("exit", () => {
      if (this.#child === child) this.#child = undefined;
    });
    process.once("exit", this.#killNow);
    const deadline = performance.now() + 20_000;
    while (!(await this.#answers())) {
      if (this.#child !== child) throw new Error(`etcd ${name} ended at once:\n${this.#log}`);
      if (performance.now() > deadline) throw new Error(`etcd ${name} does not answer after 20 s:\n${this.#log}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** kill -9; resolves when it is gone. */
  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  /** An orderly stop. */
  stop(): Promise<void> {
    return this.#end("SIGTERM");
  }

  /** Stands still, connections open, as a machine that hangs; until resume(). */
  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  async isLeader(): Promise<boolean> {
    const { statusCode, body } = await this.#http("POST", "/v3/maintenance/status", "{}");
    if (statusCode !== 200) return false;
    const { header, leader } = JSON.parse(body) as { header: { member_id: string }; leader?: string };
    return leader !== undefined && leader === header.member_id;
  }

  async #answers(): Promise<boolean> {
    return (await this.#http("GET", "/version")).statusCode === 200;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    process.removeListener("exit", this.#killNow);
    const child = this.#child;
    if (child === undefined) return;
    const ended = once(child, "exit");
    child.kill(signal);
    if (signal !== "SIGKILL") child.kill("SIGCONT");
    await ended;
  }

  readonly #killNow = (): void => {
    this.#child?.kill("SIGKILL");
  };

  #http(method: string, path: string, body = ""): Promise<{ statusCode: number; body: string }> {
    const { clientUrl, tls } = this.#setup;
    const pems = tls && {
      ca: readFileSync(tls.caFile),
      cert: readFileSync(tls.certFile),
      key: readFileSync(tls.keyFile),
    };
    return new Promise((resolve) => {
      const ask = clientUrl.startsWith("https") ? httpsRequest : httpRequest;
      const asking = ask(`${clientUrl}${path}`, { method, timeout: 1_000, agent: false, ...pems }, (answer) => {
        let text = "";
        answer.on("data", (part) => (text += part));
        answer.on("end", () => resolve({ statusCode: answer.statusCode ?? 0, body: text }));
        answer.on("error", () => resolve({ statusCode: 0, body: "" }));
      });
      asking.on("timeout", () => asking.destroy());
      asking.on("error", () => resolve({ statusCode: 0, body: "" }));
      asking.end(body);
    });
  }
}

/** @throws Error that says what to install */
export function findEtcd(): string {
  const named = process.env.RATCHET_ETCD;
  if (named !== undefined) return named;
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/local/bin"];
  const found = folders
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, "etcd"))
    .find(existsSync);
  if (found === undefined) {
    throw new Error("No etcd found: apt-get install --no-install-recommends etcd-server, or name one in RATCHET_ETCD.");
  }
  return found;
}
