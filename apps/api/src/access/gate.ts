import { type FSWatcher, readFileSync, watch } from "node:fs";
import type { IncomingMessage } from "node:http";
import { dirname } from "node:path";
import type { TokenEntry } from "@ratchet/contracts";
import { ProblemError } from "../http/problem-error.js";
import { isFromUnixSocket } from "../http/unix-connections.js";
import type { Logger } from "../logger.js";
import { type Identity, identityOf, LOCAL } from "./identity.js";
import { readServerCertificate, type ServerCertificate } from "./server-certificate.js";
import { type OpenSession, Sessions } from "./sessions.js";
import { TokenBook } from "./token-book.js";

/** Files of what guards the API; each may be absent. */
export interface GateFiles {
  tlsCert?: string;
  tlsKey?: string;
  tokens?: string;
}

/** A file that is replaced is written in several steps. */
const SETTLE_MS = 100;
const SOON_MS = 30 * 86_400_000;
/** RFC 6750, section 3. */
const CHALLENGE = { "WWW-Authenticate": 'Bearer realm="ratchet"' };

/**
 * Who may come in. Reads certificate and tokens, again when their files change, and keeps what it has when the new
 * ones cannot be used.
 */
export class Gate {
  readonly #files: GateFiles;
  readonly #log: Logger;
  readonly #identities = new WeakMap<IncomingMessage, Identity>();
  readonly #listeners: (() => void)[] = [];
  readonly #watchers: FSWatcher[] = [];
  #texts = "";
  #certificate: ServerCertificate | undefined;
  #tokens: TokenBook | undefined;
  #sessions!: Sessions;
  #settling: NodeJS.Timeout | undefined;

  /** @throws Error that names the flag whose file cannot be used */
  constructor(files: GateFiles, log: Logger) {
    this.#files = files;
    this.#log = log;
    this.#read();
  }

  get certificate(): ServerCertificate | undefined {
    return this.#certificate;
  }

  get needsToken(): boolean {
    return this.#tokens !== undefined;
  }

  get sessions(): Sessions {
    return this.#sessions;
  }

  /** Told after certificate or tokens have been read anew. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Whose token this is; undefined when it is none of ours. */
  entryOf(token: string): TokenEntry | undefined {
    return this.#tokens?.find(token);
  }

  /** The session that a browser's request carries. */
  sessionOf(request: IncomingMessage): OpenSession | undefined {
    return this.#sessions.read(request.headers.cookie, (id) => this.operator(id), Date.now());
  }

  /** The operator's token with this id. No other has sessions. */
  operator(id: string): TokenEntry | undefined {
    const entry = this.#tokens?.byId(id);
    return entry?.role === "operator" ? entry : undefined;
  }

  /** Who sends this request. @throws ProblemError Unauthorized */
  identify(request: IncomingMessage): Identity {
    const known = this.#identities.get(request);
    if (known !== undefined) return known;
    const identity = this.#recognise(request);
    this.#identities.set(request, identity);
    return identity;
  }

  /** Whether a connection that came in with it may stay. */
  isStillGood(identity: Identity): boolean {
    if (identity.role === "local") return true;
    const entry = this.#tokens?.byId(identity.tokenId);
    if (entry === undefined || entry.role !== identity.role) return false;
    return entry.role !== "node" || identity.role !== "node" || entry.node === identity.node;
  }

  /** Reads the files again, now and whenever one of them is replaced. */
  follow(): void {
    const folders = new Set(Object.values(this.#files).map((path) => dirname(path)));
    for (const folder of folders) {
      const watcher = watch(folder, () => {
        clearTimeout(this.#settling);
        this.#settling = setTimeout(() => this.reload(), SETTLE_MS);
      });
      watcher.on("error", (err) => this.#log.warn({ err }, "certificate and tokens are not watched any more: SIGHUP"));
      watcher.unref();
      this.#watchers.push(watcher);
    }
  }

  /** Reads the files again. What cannot be used is said in the log, and what was good stays. */
  reload(): void {
    try {
      if (!this.#read()) return;
    } catch (error) {
      this.#log.error({ reason: (error as Error).message }, "certificate and tokens stay as they were");
      return;
    }
    this.#log.info({ tokens: this.#tokens?.size ?? 0 }, "certificate and tokens were read again");
    for (const listener of this.#listeners) listener();
  }

  stop(): void {
    clearTimeout(this.#settling);
    for (const watcher of this.#watchers) watcher.close();
  }

  #recognise(request: IncomingMessage): Identity {
    if (!this.needsToken || isFromUnixSocket(request)) return LOCAL;
    const { authorization } = request.headers;
    if (authorization === undefined) {
      const entry = this.operator(this.sessionOf(request)?.tokenId ?? "");
      if (entry !== undefined) return identityOf(entry);
      throw unauthorized("this needs a token: send it as Authorization: Bearer TOKEN, or sign in on the page");
    }
    const entry = this.entryOf(/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? "");
    if (entry === undefined) throw unauthorized("this API does not know the token that was sent");
    return identityOf(entry);
  }

  /** Returns false when nothing has changed. */
  #read(): boolean {
    const { tlsCert, tlsKey, tokens } = this.#files;
    const [cert, key, list] = [text("tls-cert", tlsCert), text("tls-key", tlsKey), text("tokens", tokens)];
    const texts = JSON.stringify([cert, key, list]);
    if (texts === this.#texts) return false;
    const now = Date.now();
    const certificate = cert === undefined || key === undefined ? undefined : readServerCertificate(cert, key, now);
    const book = list === undefined ? undefined : named("tokens", () => TokenBook.parse(list));
    if (book?.size === 0) throw new Error("--tokens has no token: ratchetctl init makes them");
    if (certificate !== undefined && certificate.expiresAtMs - now < SOON_MS) {
      const expiresAt = new Date(certificate.expiresAtMs).toISOString();
      this.#log.warn({ expiresAt }, "the certificate runs out soon: ratchetctl init server makes a new one");
    }
    this.#texts = texts;
    if (this.#sessions === undefined || key !== this.#certificate?.key) this.#sessions = new Sessions(key);
    this.#certificate = certificate;
    this.#tokens = book;
    return true;
  }
}

export function unauthorized(detail: string): ProblemError {
  return new ProblemError("Unauthorized", detail, { headers: CHALLENGE });
}

function text(flag: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`--${flag} cannot be read: ${(error as NodeJS.ErrnoException).code ?? "unknown reason"}`);
  }
}

function named<T>(flag: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`--${flag} ${(error as Error).message}`);
  }
}
