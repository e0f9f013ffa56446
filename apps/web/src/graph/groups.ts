import type { Scene } from "./scene.js";
import type { WireState } from "./wire-state.js";

/** All wires between two boxes as one line, for when single ones could not be told apart. */
export interface WireBundle {
  a: string;
  b: string;
  count: number;
  worst: WireState;
}

const SEVERITY: Record<WireState, number> = {
  up: 0,
  unknown: 1,
  pending: 2,
  impaired: 3,
  degraded: 4,
  error: 5,
  down: 6,
};

/** From this many pods on, boxes collapse into counted groups when seen from afar. */
const MANY_PODS = 60;
const FAR_ZOOM = 0.26;
/** Above this many elements boxes collapse earlier. */
const HUGE = 2500;
const FAR_ZOOM_HUGE = 0.34;

/** True when boxes are drawn as counted groups instead of their pods. */
export function isCollapsed(scene: Scene, zoom: number): boolean {
  if (scene.boxes.size === 0 || scene.pods.size < MANY_PODS) return false;
  const isHuge = scene.pods.size + scene.wires.size > HUGE;
  return zoom < (isHuge ? FAR_ZOOM_HUGE : FAR_ZOOM);
}

export const worse = (a: WireState, b: WireState): WireState => (SEVERITY[a] >= SEVERITY[b] ? a : b);

/** Bundles of wires between boxes, and the wires inside each box by state. */
export function bundleWires(scene: Scene): { bundles: WireBundle[]; inside: Map<string, Map<WireState, number>> } {
  const bundles = new Map<string, WireBundle>();
  const inside = new Map<string, Map<WireState, number>>();
  for (const wire of scene.wires.values()) {
    const [one, two] = wire.model.ends.map((end) => scene.pods.get(end.pod)?.model.box ?? null);
    if (one == null || two == null) continue;
    for (const box of one === two ? [one] : [one, two]) {
      const states = inside.get(box) ?? new Map<WireState, number>();
      states.set(wire.model.state, (states.get(wire.model.state) ?? 0) + 1);
      inside.set(box, states);
    }
    if (one === two) continue;
    const [a, b] = one < two ? [one, two] : [two, one];
    const key = `${a} ${b}`;
    const bundle = bundles.get(key);
    if (bundle) {
      bundle.count++;
      bundle.worst = worse(bundle.worst, wire.model.state);
    } else bundles.set(key, { a, b, count: 1, worst: wire.model.state });
  }
  return { bundles: [...bundles.values()], inside };
}
