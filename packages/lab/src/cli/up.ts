import { existsSync } from "node:fs";
import { join } from "node:path";
import { CHECKED_TOPOLOGIES, runCheck } from "../check/check.js";
import { type Lab, startLab } from "../lab.js";
import { LabError } from "../lab-error.js";
import { enterUserNamespace } from "../rootless.js";
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
  const lab = await startLab({ ...labOptionsOf(cli, isReturning), say: print, signal });
  await welcome(lab, signal);
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

async function check(cli: CliOptions, signal: AbortSignal): Promise<number> {
  const refused = cli.topology?.filter((name) => !CHECKED_TOPOLOGIES.includes(name)) ?? [];
  if (refused.length > 0 || cli.empty) {
    throw new LabError(`--check proves ${CHECKED_TOPOLOGIES.join(" or ")}, nothing else`, 2);
  }
  const holds = await runCheck({ ...labOptionsOf(cli, false), signal }, print);
  return holds ? 0 : 1;
}
