import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toolsDir } from "./paths.mjs";
import { say } from "./say.mjs";

const lockFile = join(toolsDir, "setup.lock");

/**
 * Runs `work` while no other set-up of this checkout runs.
 *
 * The lock is a file that holds its owner; one whose owner has died is taken over.
 */
export async function withSetupLock(work) {
  mkdirSync(toolsDir, { recursive: true });
  let hasSaid = false;
  while (!tryLock()) {
    if (!hasSaid) say("waiting for another set-up of this checkout to finish ...");
    hasSaid = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const release = () => rmSync(lockFile, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

function tryLock() {
  try {
    writeFileSync(lockFile, identity(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  const owner = read(lockFile);
  // An empty file is one that its owner is just about to fill.
  if (owner !== undefined && owner !== "" && identity(Number(owner.split(" ")[0])) !== owner) {
    rmSync(lockFile, { force: true });
  }
  return false;
}

/** Pid and start time: a pid alone may have been given to somebody else since. */
function identity(pid) {
  const stat = read(`/proc/${pid}/stat`);
  const startTime = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  return `${pid} ${startTime ?? (pid === process.pid ? "self" : "gone")}`;
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
