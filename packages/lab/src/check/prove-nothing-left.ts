import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { command } from "../host/command.js";
import { processesIn } from "../host/namespace-processes.js";
import { namespacesWith } from "../host/namespaces.js";
import type { Lab } from "../lab.js";
import { identityOf, isAlive, type ProcessIdentity } from "../process/identity.js";
import { readRun } from "../run-file.js";
import { claim } from "./prover.js";

/** What a lab has on the host while it runs: looked at before the end, so that it can be missed after. */
export interface Belongings {
  processes: ProcessIdentity[];
  namespaces: string[];
}

export function belongingsOf(lab: Lab): Belongings {
  const namespaces = namespacesWith(lab.names.prefix);
  const pids = [...Object.values(lab.pids()), ...processesIn(namespaces)].filter((pid) => pid !== undefined);
  return { namespaces, processes: pids.map(identityOf).filter((identity) => identity !== undefined) };
}

/** Claims that a stopped lab has left no namespace, interface, process or file. */
export async function proveNothingLeft(lab: Lab, had: Belongings): Promise<string> {
  const namespaces = namespacesWith(lab.names.prefix);
  claim(namespaces.length === 0, `namespaces ${namespaces.join(", ")}`);
  const living = had.processes.filter(isAlive);
  claim(living.length === 0, `processes ${living.map((item) => item.pid).join(", ")}`);
  const interfaces = JSON.parse(await command("ip", ["-j", "-d", "link"])) as { ifname: string; ifalias?: string }[];
  const own = interfaces.filter((item) => item.ifalias?.includes(lab.installationId));
  claim(own.length === 0, `interfaces ${own.map((item) => item.ifname).join(", ")}`);
  const files = readdirSync(tmpdir()).filter((file) => file.startsWith(`ratchet-${lab.name}-`));
  claim(!existsSync(lab.dataDir) && files.length === 0, `files ${[lab.dataDir, ...files].join(", ")}`);
  claim(readRun(lab.name) === undefined, "the run file");
  return `${had.namespaces.length} namespaces, ${had.processes.length} processes and all files of lab ${lab.name} are gone`;
}
