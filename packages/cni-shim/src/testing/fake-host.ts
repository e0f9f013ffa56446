import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Environment } from "../config/environment.js";
import type { AgentTransport, Exec, Files, Host, HttpsGet } from "../host/host.js";

/** A host in memory: what a run wrote, and the answers it gets. Its clock goes only by sleep(). */
export class FakeHost implements Host {
  stdout = "";
  readonly logs: string[] = [];
  readonly executed: { path: string; command: string | undefined; config: Record<string, unknown> }[] = [];
  stdin = "";
  execAnswer: Awaited<ReturnType<Exec>> = { stdout: "{}", exitCode: 0, isTimedOut: false };
  /** A list is an answer of several lines. */
  agentAnswer: (path: string, body: unknown) => { status: number; body: unknown } | "silent" = () => "silent";
  httpsAnswer: HttpsGet = () => Promise.reject(new Error("unreachable"));
  #nowMs = 0;

  constructor(readonly env: Environment) {}

  readStdin = async () => this.stdin;
  writeStdout = async (text: string) => {
    this.stdout += text;
  };
  readonly files: Files = {
    exists: async (path) => existsSync(path),
    readIfThere: async (path) => (existsSync(path) ? readFileSync(path, "utf8") : undefined),
    write: async (path, text) => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    },
    removeIfThere: async (path) => rmSync(path, { force: true }),
  };
  log = (line: string) => {
    this.logs.push(line);
  };
  exec: Exec = async ({ path, env, stdin }) => {
    this.executed.push({ path, command: env.CNI_COMMAND, config: JSON.parse(stdin) });
    return this.execAnswer;
  };
  agent: AgentTransport = async ({ path, body }) => {
    const answer = this.agentAnswer(path, body);
    if (answer === "silent") throw new Error("ECONNREFUSED");
    const documents = Array.isArray(answer.body) ? answer.body : [answer.body];
    return { status: answer.status, text: chunks(documents.map((item) => `${JSON.stringify(item)}\n`)) };
  };
  https: HttpsGet = (request) => this.httpsAnswer(request);
  nowMs = () => this.#nowMs;

  /** The deadline's own watch is the longest sleep of a run and never ends here: the work is what ends. */
  sleep = (ms: number) => {
    if (ms >= 1000) return new Promise<void>(() => {});
    this.#nowMs += ms;
    return Promise.resolve();
  };
}

async function* chunks(texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}
