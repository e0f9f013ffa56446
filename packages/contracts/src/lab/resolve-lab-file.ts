import type { LabFile, LabRouting } from "./lab-file.js";
import type { LabImage, LabImages } from "./lab-image.js";

/** Chooses one routing for all pods and gives every pod its full key. What is specific to the routing comes last. */
export function resolveLabFile(file: LabFile, routing: LabRouting): LabImages {
  const pods: Record<string, LabImage> = {};
  for (const [key, { routing: choices, ...base }] of Object.entries(file.pods)) {
    const extra = choices?.[routing];
    pods[key.includes("/") ? key : `default/${key}`] = extra === undefined ? base : merge(base, extra);
  }
  return { pods };
}

function merge(base: LabImage, extra: LabImage): LabImage {
  return {
    sysctls: { ...base.sysctls, ...extra.sysctls },
    loopback: [...new Set([...base.loopback, ...extra.loopback])],
    routes: [...base.routes, ...extra.routes],
    setup: [...base.setup, ...extra.setup],
    programs: [...base.programs, ...extra.programs],
  };
}
