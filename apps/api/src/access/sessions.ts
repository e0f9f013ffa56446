import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import type { TokenEntry } from "@ratchet/contracts";

/** A working day: whoever comes back tomorrow shows the token again. */
const LIFETIME_MS = 12 * 3_600_000;
const COOKIE = "ratchet_session";

export interface OpenSession {
  tokenId: string;
  expiresAtMs: number;
}

/**
 * Sessions of browsers: a cookie that says until when which token was shown, signed. Nothing is kept of them, so that
 * every replica with the same key knows them, and they end with the token they came from.
 */
export class Sessions {
  readonly #key: Buffer;
  readonly #isSecure: boolean;

  /** `secret`: PEM of the server's key, which replicas share; without one, sessions end with the process. */
  constructor(secret: string | undefined) {
    const material = secret === undefined ? randomBytes(32) : Buffer.from(secret);
    this.#key = Buffer.from(hkdfSync("sha256", material, "", "ratchet browser session", 32));
    this.#isSecure = secret !== undefined;
  }

  /** `Set-Cookie` of a new session. */
  begin(entry: TokenEntry, nowMs: number): { cookie: string; session: OpenSession } {
    const session = { tokenId: entry.id, expiresAtMs: nowMs + LIFETIME_MS };
    const value = `${entry.id}.${session.expiresAtMs}.${this.#sign(entry, session.expiresAtMs)}`;
    return { cookie: this.#write(value, LIFETIME_MS / 1000), session };
  }

  /** `Set-Cookie` that ends it. */
  end(): string {
    return this.#write("", 0);
  }

  /** Whether more than half of it has passed: time for a new one. */
  isOld({ expiresAtMs }: OpenSession, nowMs: number): boolean {
    return expiresAtMs - nowMs < LIFETIME_MS / 2;
  }

  /** The session of a `Cookie` header; undefined when there is none that is good. */
  read(
    header: string | undefined,
    byId: (id: string) => TokenEntry | undefined,
    nowMs: number,
  ): OpenSession | undefined {
    for (const pair of (header ?? "").split(";")) {
      const [name, value] = pair.trim().split("=", 2);
      if (name !== COOKIE || value === undefined) continue;
      const found = /^([0-9a-f]{16})\.(\d{1,15})\.([A-Za-z0-9_-]{43})$/.exec(value);
      if (found === null) continue;
      const [, tokenId = "", expires = "", signature = ""] = found;
      const entry = byId(tokenId);
      const expiresAtMs = Number(expires);
      if (entry === undefined || expiresAtMs <= nowMs) continue;
      if (timingSafeEqual(Buffer.from(signature), Buffer.from(this.#sign(entry, expiresAtMs)))) {
        return { tokenId, expiresAtMs };
      }
    }
    return undefined;
  }

  #sign({ id, sha256 }: TokenEntry, expiresAtMs: number): string {
    return createHmac("sha256", this.#key).update(`${id}.${expiresAtMs}.${sha256}`).digest("base64url");
  }

  #write(value: string, seconds: number): string {
    const secure = this.#isSecure ? "; Secure" : "";
    return `${COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
  }
}
