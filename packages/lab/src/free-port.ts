import { createServer } from "node:net";
import { LabError } from "./lab-error.js";

const DEFAULT_PORT = 8080;
const TRIES = 200;

/** The asked port when it is free; without one, 8080 or the next free one; 0 is any free one. */
export async function choosePort(asked: number | undefined): Promise<number> {
  if (asked !== undefined) {
    const port = await tryPort(asked);
    if (port === undefined) throw new LabError(`port ${asked} is taken; leave --port out to get the next free one`);
    return port;
  }
  for (let port = DEFAULT_PORT; port < DEFAULT_PORT + TRIES; port++) {
    if ((await tryPort(port)) !== undefined) return port;
  }
  throw new LabError(`no free port from ${DEFAULT_PORT} to ${DEFAULT_PORT + TRIES - 1}`);
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      const got = typeof address === "object" && address !== null ? address.port : port;
      server.close(() => resolve(got));
    });
  });
}
