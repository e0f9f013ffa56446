import { existsSync } from "node:fs";
import type { LabFile, LabRouting } from "@ratchet/contracts";
import { LabError } from "../lab-error.js";
import { isRootless } from "../rootless.js";

/** Which routing a lab runs with, and why, in words. */
export interface ChosenRouting {
  routing: LabRouting;
  reason: string;
}

/** `auto` takes FRR when every program the example needs for it is installed. Throws LabError when the asked one cannot be had. */
export function chooseRouting(
  asked: LabRouting | "auto",
  files: readonly LabFile[],
  isThere: (path: string) => boolean = existsSync,
): ChosenRouting | undefined {
  const known = files.filter((file) => Object.values(file.pods).some((pod) => pod.routing !== undefined));
  if (known.length === 0) return undefined;
  const missing = [...new Set(known.flatMap((file) => file.requires.frr ?? []))].filter((path) => !isThere(path));
  if (asked === "static") return { routing: "static", reason: "static routes, as asked" };
  if (isRootless()) return rootlessRouting(asked);
  if (missing.length === 0) {
    return {
      routing: "frr",
      reason: asked === "frr" ? "FRR with OSPF, as asked" : "FRR with OSPF, which is installed",
    };
  }
  if (asked === "frr") {
    throw new LabError(
      `--routing frr needs ${missing.join(", ")} (Debian: apt-get install --no-install-recommends frr)`,
    );
  }
  return { routing: "static", reason: `static routes, because ${missing.join(" and ")} is not installed` };
}

// FRR's daemons drop to groups that a user namespace of one user does not have.
function rootlessRouting(asked: "auto" | "frr"): ChosenRouting {
  if (asked === "frr") throw new LabError("--routing frr needs root: FRR does not run in a user namespace");
  return { routing: "static", reason: "static routes, because FRR needs root" };
}
