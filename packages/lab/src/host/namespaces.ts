import { readdirSync } from "node:fs";
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
  await command("ip", ["netns", "add", name]);
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
