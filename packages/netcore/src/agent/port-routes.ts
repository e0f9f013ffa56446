import type { LabRoute, Route } from "@ratchet/contracts";
import type { PortSpec } from "../plan/plan-port.js";

type PortRoute = PortSpec["routes"][number];

/**
 * The routes of one port: those asked for, and those of the pod's image to where none is asked for.
 *
 * Two to one destination would be in each other's way in the kernel.
 */
export function portRoutes(asked: readonly Route[], image: readonly LabRoute[], ifName: string): PortRoute[] {
  const routes = new Map<string, PortRoute>();
  for (const route of [...asked, ...image.filter((item) => item.interface === ifName)]) {
    const family = (route.via ?? route.to).includes(":") ? (6 as const) : (4 as const);
    const key = `${route.to} ${family}`;
    if (!routes.has(key)) routes.set(key, { to: route.to, via: route.via, family });
  }
  return [...routes.values()];
}
