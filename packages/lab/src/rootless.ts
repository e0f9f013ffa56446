import { spawn } from "node:child_process";
import { constants } from "node:os";
import { commandResult } from "./host/command.js";
import { LabError } from "./lab-error.js";

const MARK = "RATCHET_ROOTLESS";
/** Tells the command inside where it is. */
export const ROOTLESS_ENVIRONMENT = { [MARK]: "1" };

/** True inside the user namespace that `enterUserNamespace` has made. */
export function isRootless(): boolean {
  return process.env[MARK] === "1";
}

/** The command that runs `argv` as root of a user namespace, with a /run of its own. */
export function rootlessCommand(argv: readonly string[]): [string, ...string[]] {
  const script = 'mount -t tmpfs -o mode=755 tmpfs /run && exec "$@"';
  return ["setpriv", "--pdeathsig", "TERM", "unshare", "-Urm", "--", "sh", "-c", script, "sh", ...argv];
}

/**
 * Runs this very command again as root of a user namespace of its own, and answers its exit code.
 *
 * The network stays the host's, so that page and API are where they always are; /run becomes private,
 * because named namespaces and run files are kept there. Throws LabError where the kernel does not allow it.
 */
export async function enterUserNamespace(): Promise<number> {
  const probe = await commandResult("unshare", ["-Urm", "--", "mount", "-t", "tmpfs", "tmpfs", "/run"]);
  if (probe.code !== 0) {
    throw new LabError(
      "the lab makes network namespaces: run it as root (sudo), or allow unprivileged user namespaces\n" +
        `  (sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns): ${probe.stderr.trim()}`,
    );
  }
  const [command, ...args] = rootlessCommand([process.execPath, ...process.execArgv, ...process.argv.slice(1)]);
  const child = spawn(command, args, {
    stdio: "inherit",
    env: { ...process.env, ...ROOTLESS_ENVIRONMENT, RATCHET_LAB_PARENT: String(process.pid) },
  });
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new LabError(`cannot start unshare: ${error.message}`)));
    child.once("close", (code, signal) => resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
  });
}
