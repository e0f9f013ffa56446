import { interfacesOf, routesOf } from "./kernel.js";

/** What must not move: by `pod:interface`, its index, MAC and routes. */
export type Snapshot = Map<string, { ifIndex: number; mac: string; routes: string[] }>;

/** Reads the pods' interfaces and the routes over each. `pods` maps names to namespace paths. */
export async function takeSnapshot(pods: ReadonlyMap<string, string>): Promise<Snapshot> {
  const snapshot: Snapshot = new Map();
  for (const [pod, netns] of pods) {
    const routes = await routesOf(netns);
    for (const item of await interfacesOf(netns)) {
      const own = routes.filter((route) => route.dev === item.name).map((route) => route.text);
      snapshot.set(`${pod}:${item.name}`, { ifIndex: item.ifIndex, mac: item.mac, routes: own.sort() });
    }
  }
  return snapshot;
}

/** What differs, one line each; `except` names interfaces that were meant to change. */
export function differences(before: Snapshot, after: Snapshot, except: readonly string[]): string[] {
  const lines: string[] = [];
  for (const [key, was] of before) {
    if (except.includes(key)) continue;
    const is = after.get(key);
    if (is === undefined) {
      lines.push(`${key} is gone`);
      continue;
    }
    if (is.ifIndex !== was.ifIndex) lines.push(`${key} index ${was.ifIndex} became ${is.ifIndex}`);
    if (is.mac !== was.mac) lines.push(`${key} MAC ${was.mac} became ${is.mac}`);
    for (const route of was.routes) if (!is.routes.includes(route)) lines.push(`${key} lost route ${route}`);
    for (const route of is.routes) if (!was.routes.includes(route)) lines.push(`${key} gained route ${route}`);
  }
  for (const key of after.keys()) if (!before.has(key) && !except.includes(key)) lines.push(`${key} is new`);
  return lines;
}
