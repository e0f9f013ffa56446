import { setTimeout as sleep } from "node:timers/promises";
import { removeLab } from "../claim.js";
import { withHostLock } from "../host-lock.js";
import { LabError } from "../lab-error.js";
import { isAlive } from "../process/identity.js";
import { isLive, listRuns } from "../run-file.js";
import { type Swept, sweepDeadLabs } from "../sweep.js";

const GRACE_MS = 15_000;
const print = (line: string) => void process.stdout.write(`${line}\n`);

/** Removes what dead labs left; with a name, ends that lab also when it runs. Answers the exit code. */
export async function down(name: string | undefined): Promise<number> {
  if (name === undefined) {
    const swept = await withHostLock(sweepDeadLabs);
    for (const old of swept) print(describe(old));
    const live = listRuns().filter(isLive);
    if (swept.length === 0) print("nothing was left of earlier labs");
    for (const record of live) print(`lab ${record.lab} runs at ${record.url}; \`down --name ${record.lab}\` ends it`);
    return 0;
  }
  const record = listRuns().find((run) => run.lab === name);
  if (record === undefined) {
    print(`there is no lab ${name}`);
    return 0;
  }
  if (isLive(record)) {
    process.kill(record.supervisor.pid, "SIGTERM");
    const deadline = performance.now() + GRACE_MS;
    while (isAlive(record.supervisor) && performance.now() < deadline) await sleep(50);
    if (isAlive(record.supervisor)) throw new LabError(`lab ${name} (pid ${record.supervisor.pid}) does not end`);
  }
  const swept = await removeLab(name);
  print(swept === undefined ? `lab ${name} has ended` : describe(swept));
  return 0;
}

function describe({ lab, namespaces, processes }: Swept): string {
  return `removed what lab ${lab} had left: ${namespaces} namespaces, ${processes} processes`;
}
