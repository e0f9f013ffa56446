import { chmodSync, rmSync } from "node:fs";
import type { Server as HttpServer, IncomingMessage } from "node:http";
import { Server as SecureServer } from "node:https";
import type { Socket } from "node:net";
import { connect, createServer, type Server } from "node:net";

const fromUnix = new WeakSet<Socket>();

export function isFromUnixSocket(request: IncomingMessage): boolean {
  return fromUnix.has(request.socket);
}

/**
 * Lets a second door into an HTTP server: a unix socket that only its owner may open.
 *
 * @throws Error when another process listens there
 */
export async function listenOnUnixSocket(path: string, http: HttpServer): Promise<Server> {
  if (await isAnswered(path)) throw new Error(`another process listens on ${path}`);
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    fromUnix.add(socket);
    // What a TLS server does with a connection once it is decrypted; here there is nothing to decrypt.
    http.emit(http instanceof SecureServer ? "secureConnection" : "connection", socket);
  });
  // Between bind and chmod the mode is the umask's: narrow that, so that nobody slips in.
  const umask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(umask);
  }
  chmodSync(path, 0o600);
  return server;
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
