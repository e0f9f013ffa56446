import { readdirSync } from "node:fs";
import { isRootless } from "../rootless.js";
import { command, commandResult } from "./command.js";

/** Names of this host's named namespaces that start with `prefix`. */
export function namespacesWith(prefix: string): string[] {
  try {
    return readdirSync("/run/netns").filter((name) => name.startsWith(prefix));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Makes a namespace with its loopback up. */
export async function addNamespace(name: string): Promise<void> {
  const add = ["ip", "netns", "add", name];
  // `ip` goes back to where it came from, which the host's own namespace does not let it when rootless.
  await (isRootless() ? command("unshare", ["--net", "--", ...add]) : command("ip", add.slice(1)));
  await command("ip", ["-n", name, "link", "set", "lo", "up"]);
}

/** Removes namespaces; one that is gone already is no error. */
export async function deleteNamespaces(names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const input = names.map((name) => `netns del ${name}\n`).join("");
  await commandResult("ip", ["-force", "-batch", "-"], input);
  const left = new Set(names.flatMap((name) => namespacesWith(name).filter((other) => other === name)));
  if (left.size > 0) throw new Error(`cannot remove the namespaces ${[...left].join(", ")}`);
}
