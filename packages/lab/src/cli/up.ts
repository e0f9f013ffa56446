import { existsSync } from "node:fs";
import { join } from "node:path";
import { CHECKED_TOPOLOGIES, runCheck } from "../check/check.js";
import type { Prover } from "../check/prover.js";
import { type Lab, startLab } from "../lab.js";
import { LabError } from "../lab-error.js";
import { enterUserNamespace } from "../rootless.js";
import { type LoadedScenario, loadScenario } from "../scenario/load-scenario.js";
import { proveScenario } from "../scenario/prove-scenario.js";
import { startScenario } from "../scenario/start-scenario.js";
import { aborted, abortWhenTold } from "./abort-when-told.js";
import { kubeUp } from "./kube-up.js";
import { type CliOptions, labOptionsOf } from "./options.js";
import { proveTopology } from "./prove-topology.js";
import { summaryOf } from "./summary.js";

const print = (line: string) => void process.stdout.write(`${line}\n`);

/** Runs a lab in the foreground until it is told to stop, or checks one. Answers the exit code. */
export async function up(cli: CliOptions): Promise<number> {
  if (process.getuid?.() !== 0) {
    if (cli.kubernetes === true) throw new LabError("--kubernetes needs root: kubelet and containerd do");
    return enterUserNamespace();
  }
  const { signal } = abortWhenTold(
    () => print("removing everything ..."),
    () => print("still removing everything"),
  );
  if (cli.kubernetes === true) return kubeUp(cli, signal);
  if (cli.check === true) return check(cli, signal);

  const isReturning = cli.data !== undefined && existsSync(join(cli.data, "lab.json"));
  const scenario = cli.scenario === undefined ? undefined : loadScenario(cli.scenario);
  const lab = await startLab({ ...labOptionsOf(cli, isReturning, scenario), say: print, signal });
  await welcome(lab, signal);
  if (scenario !== undefined) await showScenario(lab, scenario, signal);
  await aborted(signal);
  await lab.stop();
  print("everything is removed");
  return 0;
}

async function welcome(lab: Lab, signal: AbortSignal): Promise<void> {
  try {
    await proveTopology(lab, print);
    for (const line of summaryOf(lab, await lab.api.topology())) print(line);
  } catch (error) {
    if (!signal.aborted) print(`cannot describe the lab: ${(error as Error).message}`);
  }
}

async function showScenario(lab: Lab, scenario: LoadedScenario, signal: AbortSignal): Promise<void> {
  try {
    for (const line of await startScenario(lab, scenario)) print(line);
  } catch (error) {
    if (!signal.aborted) print(`cannot run ${scenario.name}: ${(error as Error).message}`);
  }
}

async function check(cli: CliOptions, signal: AbortSignal): Promise<number> {
  if (cli.scenario !== undefined) return checkScenario(cli, loadScenario(cli.scenario), signal);
  const refused = cli.topology?.filter((name) => !CHECKED_TOPOLOGIES.includes(name)) ?? [];
  if (refused.length > 0 || cli.empty) {
    throw new LabError(`--check proves ${CHECKED_TOPOLOGIES.join(" or ")}, nothing else`, 2);
  }
  const holds = await runCheck({ ...labOptionsOf(cli, false), signal }, print);
  return holds ? 0 : 1;
}

async function checkScenario(cli: CliOptions, scenario: LoadedScenario, signal: AbortSignal): Promise<number> {
  const proofs = (lab: Lab, prover: Prover) => proveScenario(lab, prover, scenario, cli.runs ?? 1, print);
  const holds = await runCheck({ ...labOptionsOf(cli, false, scenario), signal }, print, proofs);
  return holds ? 0 : 1;
}
