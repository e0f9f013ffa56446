import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePorts } from "./etcd-ports.js";

const run = promisify(execFile);
const FOLDER = "/usr/lib/postgresql";
const START_MS = 30_000;

export interface PostgresOptions {
  /** PEM texts. With it the server takes connections over TLS alone. */
  tls?: { certificate: string; key: string };
}

/** A PostgreSQL server of a test's own: on loopback, with a password, in a folder that goes with it. */
export class Postgres {
  readonly user = "ratchet";
  readonly password: string;
  readonly port: number;
  readonly #folder: string;
  readonly #programs: string;
  readonly #as: Identity | undefined;
  #settings: string[] = [];
  #child: ChildProcess | undefined;
  #log = "";
  #databases = 0;

  private constructor(folder: string, programs: string, port: number, as: Identity | undefined) {
    this.#folder = folder;
    this.#programs = programs;
    this.port = port;
    this.#as = as;
    // Some of what a URL has to escape.
    this.password = `p@ss/w:rd?${port}`;
  }

  /**
   * Makes a data folder and starts the server, as a user that is not root, since it refuses to run as that one.
   *
   * @throws Error that says what to install when PostgreSQL is missing
   */
  static async start({ tls }: PostgresOptions = {}): Promise<Postgres> {
    const programs = findPostgres();
    const as = process.getuid?.() === 0 ? nobody() : undefined;
    const folder = await mkdtemp(join(tmpdir(), "ratchet-pg-"));
    const [port = 0] = await freePorts(1);
    const postgres = new Postgres(folder, programs, port, as);
    try {
      if (as !== undefined) await chown(folder, as.uid, as.gid);
      await postgres.#write("password", postgres.password);
      const init = ["-D", join(folder, "data"), "-U", postgres.user, "-A", "scram-sha-256", "-E", "UTF8", "--no-sync"];
      const argv = [...init, "--locale=C.UTF-8", "--pwfile", join(folder, "password")];
      await run(join(programs, "initdb"), argv, { ...as, cwd: folder });
      if (tls !== undefined) await postgres.#secure(tls);
      await postgres.start();
      return postgres;
    } catch (error) {
      await postgres.close();
      throw error;
    }
  }

  /** URL of an empty database of one's own. */
  async newDatabase(): Promise<string> {
    const name = `test${++this.#databases}`;
    await this.sql("postgres", `CREATE DATABASE ${name}`);
    return this.url(name);
  }

  url(database: string): string {
    return `postgresql://${this.user}:${encodeURIComponent(this.password)}@127.0.0.1:${this.port}/${database}`;
  }

  /** Runs SQL in a database and answers its rows, one line each, columns with `|` between. */
  async sql(database: string, text: string): Promise<string> {
    const argv = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", text, "-d", database];
    const where = ["-h", "127.0.0.1", "-p", `${this.port}`, "-U", this.user];
    const env = { ...process.env, PGPASSWORD: this.password };
    const { stdout } = await run(join(this.#programs, "psql"), [...where, ...argv], { env });
    return stdout.trimEnd();
  }

  /** Brings the server up, with the data it has, and waits until it takes connections. */
  async start(): Promise<void> {
    if (this.#child !== undefined) return;
    const settings = ["fsync=off", "listen_addresses=127.0.0.1", `unix_socket_directories=${this.#folder}`];
    settings.push(...this.#settings);
    const argv = ["-D", join(this.#folder, "data"), "-p", `${this.port}`, ...settings.flatMap((text) => ["-c", text])];
    const stdio: ["ignore", "ignore", "pipe"] = ["ignore", "ignore", "pipe"];
    const child = spawn(join(this.#programs, "postgres"), argv, { ...this.#as, cwd: this.#folder, stdio });
    this.#child = child;
    this.#log = "";
    child.stderr.on("data", (text) => (this.#log = (this.#log + text).slice(-4000)));
    child.once("exit", () => {
      if (this.#child === child) this.#child = undefined;
    });
    process.once("exit", this.#killNow);
    const deadline = performance.now() + START_MS;
    while (!(await this.#isReady())) {
      if (this.#child !== child) throw new Error(`PostgreSQL ended at once:\n${this.#log}`);
      if (performance.now() > deadline) throw new Error(`PostgreSQL does not answer after 30 s:\n${this.#log}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** kill -9 of the server and all that serve its connections. */
  async kill(): Promise<void> {
    process.removeListener("exit", this.#killNow);
    const child = this.#child;
    if (child === undefined) return;
    const ended = once(child, "exit");
    this.#signal("SIGKILL");
    await ended;
  }

  /** Stands still with its connections open, as a machine that hangs; until resume(). */
  pause(): void {
    this.#signal("SIGSTOP");
  }

  resume(): void {
    this.#signal("SIGCONT");
  }

  /** Ends it and removes its folder. Twice succeeds. */
  async close(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #secure({ certificate, key }: NonNullable<PostgresOptions["tls"]>): Promise<void> {
    await this.#write("server.crt", certificate);
    await this.#write("server.key", key);
    await this.#write("data/pg_hba.conf", "hostssl all all 127.0.0.1/32 scram-sha-256\n");
    const at = (name: string) => join(this.#folder, name);
    this.#settings = ["ssl=on", `ssl_cert_file=${at("server.crt")}`, `ssl_key_file=${at("server.key")}`];
  }

  /** A file that the server alone may read: with any other mode it refuses its key. */
  async #write(name: string, text: string): Promise<void> {
    const path = join(this.#folder, name);
    await writeFile(path, text, { mode: 0o600 });
    if (this.#as !== undefined) await chown(path, this.#as.uid, this.#as.gid);
  }

  readonly #killNow = (): void => this.#signal("SIGKILL");

  // Each connection's process leads a session of its own, so there is no group to signal (InitPostmasterChild).
  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child ?? {};
    if (pid === undefined) return;
    for (const each of [pid, ...childrenOf(pid)]) {
      try {
        process.kill(each, signal);
      } catch {
        // It ended meanwhile.
      }
    }
  }

  async #isReady(): Promise<boolean> {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = createConnection(this.port, "127.0.0.1", () => resolve(true));
      socket.on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
    return isOpen && (await this.sql("postgres", "SELECT 1").then(Boolean, () => false));
  }
}

interface Identity {
  uid: number;
  gid: number;
}

function childrenOf(pid: number): number[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      // The second field may have spaces and parentheses; the parent is the second after it, proc(5).
      const fields = readFileSync(`/proc/${Number(name)}/stat`, "latin1")
        .replace(/^.*\) /s, "")
        .split(" ");
      return Number(fields[1]) === pid ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** The user that Debian's package made, or the one that owns nothing. */
function nobody(): Identity {
  const users = readFileSync("/etc/passwd", "utf8").split("\n");
  for (const name of ["postgres", "nobody"]) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(":") ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error("PostgreSQL does not run as root, and this system has neither a user postgres nor nobody.");
}

/** @throws Error that says what to install */
function findPostgres(): string {
  const versions = existsSync(FOLDER) ? readdirSync(FOLDER).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions.map((version) => join(FOLDER, version, "bin")).find((bin) => existsSync(join(bin, "initdb")));
  if (found === undefined) {
    throw new Error("No PostgreSQL found: apt-get install --no-install-recommends postgresql.");
  }
  return found;
}
