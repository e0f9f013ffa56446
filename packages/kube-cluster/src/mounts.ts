import { readFileSync } from "node:fs";
import { commandResult } from "./command.js";

/** Mount points below a folder, the deepest and newest first. */
export function mountsBelow(folder: string): string[] {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .map((path) => path.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8))))
    .filter((path) => path.startsWith(`${folder}/`))
    .reverse();
}

export async function unmountBelow(folder: string): Promise<void> {
  for (const path of mountsBelow(folder)) {
    const { code, stderr } = await commandResult(["umount", path]);
    if (code !== 0 && mountsBelow(folder).includes(path)) {
      // Lazily: somebody of another mount namespace may still look at it.
      const lazy = await commandResult(["umount", "-l", path]);
      if (lazy.code !== 0) throw new Error(`umount ${path}: ${stderr.trim()}`);
    }
  }
}
