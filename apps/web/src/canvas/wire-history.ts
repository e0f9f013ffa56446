import type { GraphModel } from "../graph/model.js";
import type { Point } from "../graph/point.js";
import type { WirePath } from "../graph/wire-path.js";

const FLASH_MS = 700;

/** What the picture remembers of wires' recent past: where they led, and when they broke. */
export class WireHistory {
  readonly #ghosts = new Map<string, { from: Point; to: Point }>();
  readonly #broken = new Map<string, number>();

  /** `pathOf` answers the way a wire had in the picture before. `now` in milliseconds of the frame clock. */
  update(before: GraphModel, after: GraphModel, now: number, pathOf: (id: string) => WirePath | undefined): void {
    for (const wire of after.wires.values()) {
      const old = before.wires.get(wire.id);
      if (!old) continue;
      const hasBroken = wire.state === "down" && old.state !== "down" && old.state !== "unknown";
      // A flapping wire would flash faster than is good for anybody.
      if (hasBroken && !wire.faults.some((fault) => fault.type === "flap")) this.#broken.set(wire.id, now);
      const hasMoved = wire.ends.some((end, index) => end.pod !== old.ends[index as 0 | 1].pod);
      const path = hasMoved ? pathOf(wire.id) : undefined;
      if (path) this.#ghosts.set(wire.id, { from: path.from, to: path.to });
    }
  }

  /** Old ways of re-routed wires, until the new way carries or something else has become of it. */
  ghosts(model: GraphModel): { from: Point; to: Point }[] {
    for (const id of this.#ghosts.keys()) {
      if (model.wires.get(id)?.state !== "pending") this.#ghosts.delete(id);
    }
    return [...this.#ghosts.values()];
  }

  /** Wires that broke just now, with how far their flash is, from 0 to 1. */
  flashes(now: number): Map<string, number> {
    const running = new Map<string, number>();
    for (const [id, since] of this.#broken) {
      const progress = (now - since) / FLASH_MS;
      if (progress >= 1) this.#broken.delete(id);
      else running.set(id, Math.max(0, progress));
    }
    return running;
  }
}
