import { UsageError } from "../ctl-error.js";

export const DEFAULT_SERVER = "http://127.0.0.1:8080";

/** Where the API is: `http://HOST:PORT`, or `unix:PATH`. */
export interface ServerAddress {
  text: string;
  socketPath: string | undefined;
  /** For requests; the host is a formality over a socket. */
  base: URL;
  /** PEM of the authority its certificate must come from; absent: those the system trusts. */
  ca?: string;
  token?: string;
}

/** Several, with commas between. @throws UsageError */
export function parseServers(texts: readonly string[]): ServerAddress[] {
  const all = texts.flatMap((text) => text.split(",")).filter((text) => text !== "");
  if (all.length === 0) throw new UsageError("--server is empty");
  return all.map(parseServer);
}

export function parseServer(text: string): ServerAddress {
  if (text.startsWith("unix:")) {
    const socketPath = text.slice("unix:".length);
    if (socketPath === "") throw new UsageError("--server unix:PATH needs a path");
    return { text, socketPath, base: new URL("http://localhost/") };
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new UsageError(`--server ${text}: must be https://HOST:PORT, http://HOST:PORT or unix:PATH`);
  }
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    throw new UsageError(`--server ${text}: must be without a path: ${url.origin}`);
  }
  return { text, socketPath: undefined, base: url };
}

/** The address a WebSocket is opened at, as package ws writes it. */
export function webSocketUrl(server: ServerAddress, path: string): string {
  if (server.socketPath !== undefined) return `ws+unix:${server.socketPath}:${path}`;
  const url = new URL(path, server.base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
