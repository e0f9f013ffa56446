import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { root } from "./paths.mjs";
import { say } from "./say.mjs";

/**
 * Runs `work` while no other set-up of this checkout runs.
 *
 * The lock is a socket in the abstract namespace (unix(7)): the kernel gives it to one
 * process and takes it back when that ends, however it ends.
 */
export async function withSetupLock(work) {
  let hasSaid = false;
  let lock = await tryLock();
  while (lock === undefined) {
    if (!hasSaid) say("waiting for another set-up of this checkout to finish ...");
    hasSaid = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
    lock = await tryLock();
  }
  try {
    return await work();
  } finally {
    lock.close();
  }
}

function tryLock() {
  const name = `\0ratchet-setup-${createHash("sha256").update(root).digest("hex").slice(0, 16)}`;
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error) => (error.code === "EADDRINUSE" ? resolve(undefined) : reject(error)));
    server.listen(name, () => resolve(server));
  });
}
