import { SetupError } from "./say.mjs";

/** The kernel's namespaces are what all of this is about. */
export function needLinux() {
  if (process.platform !== "linux") {
    throw new SetupError(
      `Ratchet wires Linux network namespaces; this is ${process.platform}.`,
      "Run it on Linux, or in a Linux virtual machine (WSL2 works).",
    );
  }
}

export function needRoot(what) {
  if (process.getuid() !== 0) {
    throw new SetupError(`${what} makes network namespaces and needs root.`, "Run it as root (sudo -E npm ...).");
  }
}
