import type { WireModel } from "./model.js";

/** Gives parallel wires between the same two pods their lanes, ordered by name so that they never swap. */
export function fanLanes(wires: Iterable<WireModel>): void {
  const byPair = new Map<string, WireModel[]>();
  for (const wire of wires) {
    const [a, b] = wire.ends;
    const pair = a.pod < b.pod ? `${a.pod} ${b.pod}` : `${b.pod} ${a.pod}`;
    const group = byPair.get(pair);
    if (group) group.push(wire);
    else byPair.set(pair, [wire]);
  }
  for (const group of byPair.values()) {
    group.sort((one, two) => (one.name < two.name ? -1 : 1));
    for (const [index, wire] of group.entries()) {
      wire.lanes = group.length;
      wire.lane = index - (group.length - 1) / 2;
    }
  }
}

const LANE_STEP = 34;
const FAN_MAX = 420;

/** Distance between neighbouring lanes in canvas units: a fan of 200 stays a fan. */
export function laneStep(lanes: number): number {
  return lanes < 2 ? 0 : Math.min(LANE_STEP, FAN_MAX / (lanes - 1));
}
