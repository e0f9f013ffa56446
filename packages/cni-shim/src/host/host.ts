import type { Environment } from "../config/environment.js";

/** All that a run touches besides the files of its state folder; tests give their own. */
export interface Host {
  readonly env: Environment;
  /** Rejects when there are more than `maxBytes`. */
  readStdin(maxBytes: number): Promise<string>;
  /** Resolves when it is written whole. */
  writeStdout(text: string): Promise<void>;
  /** One line for the runtime's log. */
  log(line: string): void;
  readonly files: Files;
  readonly exec: Exec;
  readonly agent: AgentTransport;
  readonly https: HttpsGet;
  /** Monotonic, milliseconds. */
  nowMs(): number;
  sleep(ms: number): Promise<void>;
}

/** Small files that every pod event touches. */
export interface Files {
  exists(path: string): Promise<boolean>;
  /** Undefined when it is not there or cannot be read. */
  readIfThere(path: string): Promise<string | undefined>;
  /** Makes its folder. Who reads while it is written may see half. */
  write(path: string, text: string): Promise<void>;
  removeIfThere(path: string): Promise<void>;
}

/** Runs a program to its end; killed after `timeoutMs`. Rejects when it cannot be started. */
export type Exec = (run: {
  readonly path: string;
  readonly env: Environment;
  readonly stdin: string;
  readonly timeoutMs: number;
}) => Promise<{ readonly stdout: string; readonly exitCode: number; readonly isTimedOut: boolean }>;

/**
 * One HTTP exchange on a unix socket. Rejects when nobody begins to answer within `beginMs`; its text ends with an error
 * when it is not complete within `timeoutMs`.
 */
export type AgentTransport = (request: {
  readonly socket: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
  readonly beginMs: number;
  readonly timeoutMs: number;
}) => Promise<{ readonly status: number; readonly text: AsyncIterable<string> }>;

/** Rejects when nobody answers within `timeoutMs`. Certificates and keys as PEM. */
export type HttpsGet = (request: {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: { ca?: string; cert?: string; key?: string; serverName?: string; isUnverified?: boolean };
  readonly timeoutMs: number;
}) => Promise<{ readonly status: number; readonly text: string }>;
