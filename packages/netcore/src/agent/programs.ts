import { type ChildProcess, spawn } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { LabImage, LabProgram, ProgramRecord } from "@ratchet/contracts";
import { Backoff } from "./backoff.js";
import type { Log } from "./log.js";

// Every process started for a pod inherits it: how they are found again, whatever they forked.
export const MARK = "RATCHET_SANDBOX";
const GRACE_MS = 300;
const WATCH_MS = 500;

export interface ProgramHost {
  /** Identifies installation, pod and incarnation: one sandbox. */
  mark: string;
  podUid: string;
  netnsPath: string;
  /** The pod's private folder. */
  folder: string;
}

interface Running {
  host: ProgramHost;
  program: LabProgram;
  pid: number;
  startTime: string;
  backoff: Backoff;
}

/** The programs of managed pods: started in the pod's namespace, started again when they end, ended with the pod. */
export class Programs {
  private readonly running = new Map<string, Map<string, Running>>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private watch: NodeJS.Timeout | undefined;

  constructor(
    private readonly log: Log,
    private readonly crashed: (podUid: string, message: string) => void,
    private readonly changed: () => void,
  ) {}

  /** Runs the image's set-up commands in order; throws with the first that fails. */
  async setUp(host: ProgramHost, image: LabImage): Promise<void> {
    for (const argv of image.setup) {
      const child = this.spawn(host, fill(argv, host.folder), "setup");
      const code = await ended(child);
      if (code !== 0) throw new Error(`set-up command ${argv[0]} ended with ${code}`);
    }
  }

  /** Starts what is not running yet; processes of an earlier life of the agent are taken over. */
  start(host: ProgramHost, image: LabImage, earlier: readonly ProgramRecord[]): void {
    const running = new Map<string, Running>();
    this.running.set(host.podUid, running);
    for (const program of image.programs) {
      const known = earlier.find(
        (record) => record.name === program.name && startTimeOf(record.pid) === record.startTime,
      );
      const backoff = new Backoff(200, 30_000);
      if (known !== undefined)
        running.set(program.name, { host, program, pid: known.pid, startTime: known.startTime, backoff });
      else this.launch(host, program, backoff);
    }
    if (this.watch === undefined && image.programs.length > 0) this.watch = setInterval(() => this.look(), WATCH_MS);
  }

  records(podUid: string): ProgramRecord[] {
    return [...(this.running.get(podUid)?.values() ?? [])].map(({ program, pid, startTime }) => ({
      name: program.name,
      pid,
      startTime,
    }));
  }

  /** Ends every process that was started for the sandbox, and takes its folder away. */
  async stop(podUid: string, mark: string, folder: string): Promise<void> {
    this.running.delete(podUid);
    await endMarked(mark);
    rmSync(folder, { recursive: true, force: true });
  }

  /** Leaves the programs running and stops looking after them. */
  release(): void {
    clearInterval(this.watch);
    for (const timer of this.timers) clearTimeout(timer);
  }

  private launch(host: ProgramHost, program: LabProgram, backoff: Backoff): void {
    for (const [path, content] of Object.entries(program.files)) {
      const target = join(host.folder, path);
      mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
      writeFileSync(target, content.replaceAll("{dir}", host.folder));
    }
    const child = this.spawn(host, fill(program.argv, host.folder), program.name);
    const pid = child.pid;
    if (pid === undefined) {
      this.again({ host, program, pid: 0, startTime: "", backoff }, "cannot be started");
      return;
    }
    this.running
      .get(host.podUid)
      ?.set(program.name, { host, program, pid, startTime: startTimeOf(pid) ?? "", backoff });
    this.changed();
    const startedAt = Date.now();
    child.once("exit", (code, signal) => {
      if (Date.now() - startedAt > 30_000) backoff.reset();
      this.ended(host.podUid, program.name, pid, signal ?? `exit code ${code}`);
    });
  }

  private look(): void {
    for (const [podUid, programs] of this.running) {
      for (const { program, pid, startTime } of programs.values()) {
        if (startTimeOf(pid) !== startTime) this.ended(podUid, program.name, pid, "vanished");
      }
    }
  }

  private ended(podUid: string, name: string, pid: number, how: string): void {
    const entry = this.running.get(podUid)?.get(name);
    if (entry === undefined || entry.pid !== pid) return;
    this.running.get(podUid)?.delete(name);
    this.again(entry, `ended (${how})`);
  }

  private again(entry: Running, what: string): void {
    const { host, program, backoff } = entry;
    const delay = backoff.next();
    this.crashed(host.podUid, `program ${program.name} ${what}; started again in ${Math.round(delay)} ms`);
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (this.running.has(host.podUid)) this.launch(host, program, backoff);
    }, delay);
    this.timers.add(timer);
  }

  private spawn(host: ProgramHost, argv: string[], name: string): ChildProcess {
    mkdirSync(host.folder, { recursive: true, mode: 0o755 });
    const output = openSync(join(host.folder, `${name}.log`), "a", 0o644);
    try {
      // nsenter becomes the program: its pid is the one to watch. Own session: a Ctrl+C at the lab is not theirs.
      const child = spawn("nsenter", [`--net=${host.netnsPath}`, "--", ...argv], {
        cwd: host.folder,
        env: { PATH: process.env.PATH, LANG: "C.UTF-8", [MARK]: host.mark },
        stdio: ["ignore", output, output],
        detached: true,
      });
      child.on("error", (error) => this.log("warn", "cannot start a program", { name, error: error.message }));
      child.unref();
      return child;
    } finally {
      closeSync(output);
    }
  }
}

function fill(argv: readonly string[], folder: string): string[] {
  return argv.map((word) => word.replaceAll("{dir}", folder));
}

function ended(child: ChildProcess): Promise<number | string | null> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ?? code));
  });
}

/** Sends SIGTERM, then SIGKILL, to every process that carries the mark. */
export async function endMarked(mark: string): Promise<void> {
  const first = findMarked(mark);
  if (first.length === 0) return;
  for (const pid of first) signal(pid, "SIGTERM");
  for (let waited = 0; waited < GRACE_MS && findMarked(mark).length > 0; waited += 20) await sleep(20);
  for (const pid of findMarked(mark)) signal(pid, "SIGKILL");
}

/** Pids whose environment says they were started for this sandbox; `mark` may be a prefix that ends in "/". */
export function findMarked(mark: string): number[] {
  const found: number[] = [];
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      // Kernel threads and zombies have no environment; skipping those without an executable spares most reads.
      readlinkSync(`/proc/${entry}/exe`);
      const environment = readFileSync(`/proc/${entry}/environ`, "latin1");
      const at = `\0${environment}`.indexOf(`\0${MARK}=${mark}`);
      if (at === -1) continue;
      const rest = environment.slice(at + MARK.length + 1 + mark.length);
      if (mark.endsWith("/") || rest === "" || rest.startsWith("\0")) found.push(Number(entry));
    } catch {
      // Ended while being read.
    }
  }
  return found;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Ended meanwhile.
  }
}

/** Start time in clock ticks since boot (proc(5), field 22); undefined when there is no such process. */
export function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
