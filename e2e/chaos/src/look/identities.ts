import type { Seen } from "./kernel.js";

/** What must not change of a port that stays: by alias, the interface in its pod. */
export function identitiesIn(seen: Seen): Map<string, string> {
  const identities = new Map<string, string>();
  for (const { pods } of seen.nodes.values()) {
    for (const [key, { inode, links }] of pods) {
      for (const { ifname, ifindex, address } of links) {
        identities.set(`${key.replace(".", "/")}:${ifname}`, `namespace ${inode} #${ifindex} ${address}`);
      }
    }
  }
  return identities;
}

/** Ports that had to stay what they were and did not. An explicit MAC that came or went is another matter. Pure. */
export function compareIdentities(
  steady: Iterable<string>,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  mayChangeMac: (alias: string) => boolean,
): string[] {
  const differences: string[] = [];
  for (const alias of steady) {
    const [a, b] = [before.get(alias), after.get(alias)].map((text) =>
      mayChangeMac(alias) ? text?.replace(/ [^ ]*$/, "") : text,
    );
    if (a !== b) differences.push(`identity: ${alias} was ${a} and is ${b}`);
  }
  return differences;
}
