import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { commandResult } from "./command.js";

/** Of containerd: how containers get their root file systems. */
export type Snapshotter = "overlayfs" | "native";

/**
 * Tries an overlay below the folder where the nodes' disks will lie: overlays cannot lie on each other, and the host's
 * own root may be one. The native one copies the image for every container.
 */
export async function chooseSnapshotter(folder: string): Promise<Snapshotter> {
  const parts = ["lower", "upper", "work", "merged"].map((name) => join(folder, "overlay-try", name));
  for (const part of parts) mkdirSync(part, { recursive: true });
  const [lower, upper, work, merged = ""] = parts;
  const layers = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  const tried = await commandResult(["mount", "-t", "overlay", "overlay", "-o", layers, merged]);
  if (tried.code !== 0) return "native";
  const undone = await commandResult(["umount", merged]);
  return undone.code === 0 ? "overlayfs" : "native";
}
