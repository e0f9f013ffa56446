import type { PodRole } from "../../graph/role.js";

/** Outlines on a 24 by 24 grid, after Tabler's icons (MIT). */
const PATHS: Record<PodRole, string> = {
  box: "M12 3l8 4.5v9l-8 4.5l-8 -4.5v-9z M12 12l8 -4.5 M12 12v9 M12 12l-8 -4.5",
  router:
    "M3 13m0 2a2 2 0 0 1 2 -2h14a2 2 0 0 1 2 2v4a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2z M17 17v.01 M13 17v.01 M15 13v-2 M11.75 8.75a4 4 0 0 1 6.5 0 M8.5 6.5a8 8 0 0 1 13 0",
  switch: "M3 8h18v8h-18z M7 12v.01 M11 12v.01 M15 12h3",
  host: "M3 5a1 1 0 0 1 1 -1h16a1 1 0 0 1 1 1v10a1 1 0 0 1 -1 1h-16a1 1 0 0 1 -1 -1z M7 20h10 M9 16v4 M15 16v4",
  server:
    "M3 7a3 3 0 0 1 3 -3h12a3 3 0 0 1 3 3v2a3 3 0 0 1 -3 3h-12a3 3 0 0 1 -3 -3z M3 15a3 3 0 0 1 3 -3h12a3 3 0 0 1 3 3v2a3 3 0 0 1 -3 3h-12a3 3 0 0 1 -3 -3z M7 8v.01 M7 16v.01",
  firewall: "M12 3a12 12 0 0 0 8.5 3a12 12 0 0 1 -8.5 15a12 12 0 0 1 -8.5 -15a12 12 0 0 0 8.5 -3",
};

const cache = new Map<PodRole, Path2D>();

/** The icon of a role; parsed once. */
export function iconPath(role: PodRole): Path2D {
  const known = cache.get(role);
  if (known) return known;
  const path = new Path2D(PATHS[role]);
  cache.set(role, path);
  return path;
}
