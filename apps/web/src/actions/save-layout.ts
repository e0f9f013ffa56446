import { reasonOf } from "../api/problem-error.js";
import { verbs } from "../api/verbs.js";
import type { Point } from "../graph/point.js";
import { useTopology } from "../state/topology-store.js";
import { toastRefused } from "./toast.js";

const SETTLE_MS = 250;
const LAYOUT_ID = /^(pod|node)\/[a-z0-9.-]{1,253}$/;

let timer: number | undefined;

/** Saves where things stand, for everyone; a flurry of drags is one write. */
export function saveLayout(places: Record<string, Point>): void {
  const positions = Object.fromEntries(Object.entries(places).filter(([id]) => LAYOUT_ID.test(id)));
  useTopology.setState({ layout: { positions } });
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    const { namespace, phase } = useTopology.getState();
    if (phase !== "live") return;
    verbs.putLayout(namespace, { positions }).catch((error: unknown) => {
      toastRefused("Positions could not be saved", reasonOf(error));
    });
  }, SETTLE_MS);
}
