import { spawn } from "node:child_process";
import { accessSync } from "node:fs";
import { constants } from "node:os";
import type { Pod } from "@ratchet/contracts";
import { objectPath } from "../api/paths.js";
import type { Context } from "../context.js";
import { CtlError } from "../ctl-error.js";

/**
 * Runs a command in the network namespace of a pod of this host; its exit code is ours.
 *
 * The command keeps our files, user and terminal: only the network is the pod's.
 */
export async function exec(context: Context, name: string, argv: readonly string[]): Promise<number> {
  const pod = await context.api.get<Pod>(objectPath("pods", context.namespace, name));
  const { netns, phase, node } = pod.status;
  if (netns === null) throw new CtlError(`pod ${name} is ${phase} and has no network namespace`);
  try {
    accessSync(netns);
  } catch {
    throw new CtlError(`${netns} is not on this host: run this where node ${node} is`);
  }
  return enter(netns, argv);
}

function enter(netns: string, argv: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn("nsenter", [`--net=${netns}`, "--", ...argv], { stdio: "inherit" });
    // Ctrl+C reaches the command by the terminal; we wait for what it makes of it.
    const ignore = () => {};
    const forward = () => child.kill("SIGTERM");
    process.on("SIGINT", ignore);
    process.on("SIGTERM", forward);
    child.on("error", (error) => reject(new CtlError(`cannot start nsenter: ${error.message}`)));
    child.on("close", (code, signal) => {
      process.off("SIGINT", ignore);
      process.off("SIGTERM", forward);
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
    });
  });
}
