// Loaded into the lab's processes by NODE_OPTIONS: at SIGUSR2 collects garbage and writes what is still held.
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const folder = process.env.RATCHET_SOAK_FOLDER;
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

if (folder !== undefined) {
  process.on("SIGUSR2", () => {
    // Twice: what the first finds dead may have kept buffers outside of the heap.
    collect();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    const path = join(folder, String(process.pid));
    writeFileSync(`${path}.new`, String(heapUsed + external));
    renameSync(`${path}.new`, path);
  });
}
