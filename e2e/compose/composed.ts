import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CommandResult, command, commandResult, eventually } from "@ratchet/testkit";

const root = fileURLToPath(new URL("../..", import.meta.url));
const IMAGES = ["api", "agent", "etcd", "postgres", "front"];
const DOCKERD = "/usr/sbin/dockerd";

/** docker-compose.yml as an operator runs it, under a Docker daemon of this test's own. */
export class Composed {
  readonly folder = mkdtempSync(join(tmpdir(), "ratchet-compose-"));
  readonly credentials = join(this.folder, "credentials");
  readonly project = `ratchet${process.pid}`;
  readonly #socket = join(this.folder, "docker.sock");
  #daemon: ChildProcess | undefined;
  #port = 0;

  static async start(): Promise<Composed> {
    if (!existsSync(DOCKERD)) throw new Error("docker.io is needed: apt-get install docker.io docker-compose");
    const composed = new Composed();
    try {
      await composed.#start();
      return composed;
    } catch (error) {
      await composed.stop();
      throw error;
    }
  }

  get envFile(): string {
    return join(this.credentials, "compose/compose.env");
  }

  compose(...argv: string[]): Promise<CommandResult> {
    return this.#run(["docker-compose", "-p", this.project, ...argv]);
  }

  async docker(...argv: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.#run(["docker", ...argv]);
    if (code !== 0) throw new Error(`docker ${argv.join(" ")}: ${stderr}`);
    return stdout;
  }

  container(service: string): string {
    return `${this.project}_${service}_1`;
  }

  async health(): Promise<Record<string, string>> {
    const names = (await this.docker("ps", "-a", "--format", "{{.Names}} {{.Status}}")).trim().split("\n");
    return Object.fromEntries(
      names.map((line) => {
        const [, service = "", status = ""] = /^[^_]+_(.+)_1 (.*)$/.exec(line) ?? [];
        return [service, /\((healthy|unhealthy|health: starting)\)/.exec(status)?.[1] ?? status.split(" ")[0] ?? ""];
      }),
    );
  }

  /** `ratchetctl` as the operator, through the front. */
  ctl(...argv: string[]): Promise<CommandResult> {
    const flags = ["--server", `https://localhost:${this.#port}`, "--ca", join(this.credentials, "ca.crt")];
    flags.push("--token-file", join(this.credentials, "operator.token"));
    return commandResult([process.execPath, join(root, "packages/ratchetctl/dist/main.js"), ...flags, ...argv]);
  }

  /** Removes everything it has made. */
  async stop(): Promise<void> {
    if (this.#daemon !== undefined && this.#daemon.exitCode === null) {
      const up = existsSync(this.envFile);
      if (up) {
        // What the agent made on this host is the agent's to remove.
        const flags = ["--installation=compose", "--panel=ratchet.compose.panel", "--netns-prefix=ratchet.compose"];
        await this.compose("--env-file", this.envFile, "rm", "-sf", "agent");
        const main = join(root, "packages/netcore/dist/agent/main.js");
        await commandResult([process.execPath, main, "cleanup", `--data=${join(this.folder, "agent")}`, ...flags]);
        await this.compose("--env-file", this.envFile, "down", "-v", "-t", "3");
      }
      const ended = once(this.#daemon, "exit");
      this.#daemon.kill("SIGTERM");
      await ended;
    }
    for (const path of mountsBelow(this.folder)) await command(["umount", path]);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #start(): Promise<void> {
    this.#port = await freePort();
    const log = openSync(join(this.folder, "dockerd.log"), "a");
    const flags = ["--iptables=false", "--ip-forward=false", "--bridge=none", "--data-root", join(this.folder, "data")];
    flags.push("--exec-root", join(this.folder, "exec"), "--pidfile", join(this.folder, "pid"));
    this.#daemon = spawn("setpriv", ["--pdeathsig", "TERM", DOCKERD, ...flags, "-H", `unix://${this.#socket}`], {
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    await eventually(() => this.docker("version"), { withinMs: 60_000 });
    const out = join(this.folder, "images");
    await command([process.execPath, join(root, "scripts/images/main.mjs"), ...IMAGES, "--out", out], {
      timeoutMs: 300_000,
    });
    for (const name of IMAGES) await this.docker("load", "-i", join(out, `${name}.tar`));
    rmSync(out, { recursive: true });
    const ctl = join(root, "packages/ratchetctl/dist/main.js");
    await command([process.execPath, ctl, "init", "compose", "--dir", this.credentials, "--name", "here"]);
  }

  #run(argv: string[]): Promise<CommandResult> {
    const own = { DOCKER_HOST: `unix://${this.#socket}`, RATCHET_PORT: String(this.#port) };
    const env = Object.entries(own).map(([name, value]) => `${name}=${value}`);
    return commandResult(["env", "-C", root, ...env, ...argv], { timeoutMs: 240_000 });
  }
}

/** What the daemon leaves mounted when it ends; the deepest first. */
function mountsBelow(folder: string): string[] {
  const paths = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "");
  return paths.filter((path) => path.startsWith(`${folder}/`)).reverse();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
