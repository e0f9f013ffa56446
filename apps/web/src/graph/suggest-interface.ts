import type { Resources } from "./model.js";
import { isPodEnd } from "./model.js";

/** Every interface name a pod has or is asked to have. */
export function takenInterfaces(resources: Resources, pod: string): Set<string> {
  const taken = new Set<string>(["lo"]);
  const resource = resources.pods.get(pod);
  for (const item of resource?.spec.interfaces ?? []) taken.add(item.name);
  for (const item of resource?.status.interfaces ?? []) taken.add(item.name);
  for (const link of resources.links.values()) {
    for (const end of link.spec.endpoints) if (isPodEnd(end) && end.pod === pod) taken.add(end.interface);
  }
  return taken;
}

/**
 * The next interface name a person would choose for this pod.
 *
 * The pattern most of its interfaces follow is continued (`eth0`, `eth1` gives `eth2`);
 * without one it is `eth1`, because `eth0` is what a cluster's own network uses.
 */
export function suggestInterface(taken: ReadonlySet<string>): string {
  const stems = new Map<string, number>();
  for (const name of taken) {
    const match = /^([a-z][a-z-]{0,10}?)(\d{1,3})$/i.exec(name);
    if (match?.[1] !== undefined) stems.set(match[1], (stems.get(match[1]) ?? 0) + 1);
  }
  const [common] = [...stems].filter(([, count]) => count > 1).sort((a, b) => b[1] - a[1]);
  const stem = common?.[0] ?? "eth";
  const numbers = [...taken].flatMap((name) =>
    name.startsWith(stem) && /^\d+$/.test(name.slice(stem.length)) ? [Number(name.slice(stem.length))] : [],
  );
  for (let next = numbers.length === 0 ? 1 : Math.max(...numbers) + 1; ; next++) {
    if (!taken.has(`${stem}${next}`)) return `${stem}${next}`;
  }
}
