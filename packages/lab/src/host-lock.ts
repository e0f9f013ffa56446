import { createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Runs `work` while no other lab of this host sweeps or claims: two starts at once must not
 * both clean up the same dead lab, or the slower one would take the faster one's new namespaces.
 *
 * The lock is a socket in the abstract namespace (unix(7)), which ends with its process.
 */
export async function withHostLock<T>(work: () => Promise<T>): Promise<T> {
  let lock = await tryLock();
  while (lock === undefined) {
    await sleep(50);
    lock = await tryLock();
  }
  try {
    return await work();
  } finally {
    lock.close();
  }
}

function tryLock(): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen("\0ratchet-labs", () => resolve(server));
  });
}
