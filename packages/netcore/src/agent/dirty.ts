import type { Touched } from "../model/desired.js";
import type { PortKey } from "../model/key.js";

/** What has to be looked at in the next pass. */
export class Dirty {
  readonly pods = new Set<string>();
  readonly ports = new Set<PortKey>();
  readonly wires = new Set<string>();
  readonly vnis = new Set<number>();
  /** Read panel and pods again before anything else. */
  resync: "none" | "panel" | "all" = "none";

  get isEmpty(): boolean {
    return (
      this.resync === "none" &&
      this.pods.size === 0 &&
      this.ports.size === 0 &&
      this.wires.size === 0 &&
      this.vnis.size === 0
    );
  }

  add(touched: Touched): void {
    for (const uid of touched.pods) this.pods.add(uid);
    for (const key of touched.ports) this.ports.add(key);
    for (const uid of touched.wires) this.wires.add(uid);
    for (const vni of touched.vnis) this.vnis.add(vni);
  }
}

/** Takes up to `count` items out of a set, in the order they came in. */
export function takeFrom<T>(set: Set<T>, count: number): T[] {
  const taken: T[] = [];
  for (const item of set) {
    if (taken.length === count) break;
    taken.push(item);
  }
  for (const item of taken) set.delete(item);
  return taken;
}
