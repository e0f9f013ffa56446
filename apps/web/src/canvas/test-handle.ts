import type { Point } from "../graph/point.js";
import { freeRimPoint } from "../graph/rim.js";
import { markOf } from "../graph/wire-mark.js";
import { pointAt } from "../graph/wire-path.js";
import { serverNow } from "../state/topology-store.js";
import type { Stage } from "./stage.js";

/**
 * `window.ratchetPage`: where things are on the screen, in CSS pixels of the window, or null.
 * Read-only; for tests that drive the page with a real mouse, and for curious people.
 */
export interface RatchetPage {
  /** The middle of a pod's card: drag it to move the pod. */
  podPosition: (name: string) => Point | null;
  /** A place on the pod's rim without a port: drag from here to draw a wire. */
  podRim: (name: string) => Point | null;
  /** A place on the wire that is clear of its middle mark: click it to select the wire. */
  linkPosition: (name: string) => Point | null;
  /** The port of end 0 or 1: drag it to another pod while the wire is selected. */
  endPosition: (name: string, end: 0 | 1) => Point | null;
  /** The title of a node's box. */
  nodePosition: (name: string) => Point | null;
  /** A place with nothing on it. */
  groundPosition: () => Point | null;
  /** How a wire is drawn now: up, pending, down, impaired, degraded, error, unknown. */
  linkState: (name: string) => string | null;
  /** The texts beside and on a wire in the last picture, its mark included. */
  linkTexts: (name: string) => string[];
  podPhase: (name: string) => string | null;
  /** Milliseconds of the last pictures' painting, newest last. */
  paintTimes: () => number[];
}

/** Along the wire: clear of the middle, where crosses and badges are, if possible. */
const CLEAR_SPOTS = [0.42, 0.58, 0.36, 0.64, 0.5, 0.3, 0.7, 0.24, 0.76, 0.18, 0.82, 0.12, 0.88];

export function exposeStage(stage: Stage, phaseOf: (name: string) => string | null): () => void {
  const client = (point: Point | undefined) => (point === undefined ? null : stage.toClient(point));
  const wire = (name: string) => stage.scene.wires.get(`link/${name}`);
  const isClear = (point: Point, id: string) => {
    const hit = stage.hit(point);
    const at = stage.toClient(point);
    const top = document.elementFromPoint(at.x, at.y);
    return hit.kind === "wire" && hit.wire === id && top?.closest(".stage") != null && !top.closest("[data-overlay]");
  };
  const page: RatchetPage = {
    podPosition: (name) => client(stage.scene.pods.get(`pod/${name}`)),
    podRim: (name) => {
      const pod = stage.scene.pods.get(`pod/${name}`);
      if (!pod) return null;
      const ports: Point[] = [];
      for (const { model, path } of stage.scene.wires.values()) {
        if (model.ends[0].pod === pod.model.id) ports.push(path.from);
        if (model.ends[1].pod === pod.model.id) ports.push(path.to);
      }
      return client(freeRimPoint(pod, ports));
    },
    linkPosition: (name) => {
      const found = wire(name);
      if (!found) return null;
      const spots = CLEAR_SPOTS.map((t) => pointAt(found.path, t));
      return client(spots.find((spot) => isClear(spot, found.model.id)) ?? spots[0]);
    },
    endPosition: (name, end) => {
      const path = wire(name)?.path;
      return client(path && (end === 0 ? path.from : path.to));
    },
    nodePosition: (name) => {
      const box = stage.scene.boxes.get(`node/${name}`);
      return client(box && { x: box.x - box.width / 2 + 30, y: box.y - box.height / 2 + 16 });
    },
    groundPosition: () => {
      const { width, height } = stage.view;
      for (let y = 20; y < height; y += 20) {
        for (let x = width - 20; x > 0; x -= 20) {
          const { zoom, pan } = stage.view;
          const point = { x: (x - pan.x) / zoom, y: (y - pan.y) / zoom };
          const at = stage.toClient(point);
          const top = document.elementFromPoint(at.x, at.y);
          if (stage.hit(point).kind === "ground" && top && !top.closest("[data-overlay]")) return at;
        }
      }
      return null;
    },
    linkState: (name) => wire(name)?.model.state ?? null,
    linkTexts: (name) => {
      const found = wire(name);
      const mark = found && markOf(found.model, serverNow());
      const texts = stage.labels.filter((label) => label.wire === found?.model.id).map((label) => label.text);
      return mark?.kind === "pill" ? [...texts, mark.text] : texts;
    },
    podPhase: phaseOf,
    paintTimes: () => [...stage.paintTimes],
  };
  const target = window as unknown as { ratchetPage?: RatchetPage };
  target.ratchetPage = Object.freeze(page);
  return () => {
    if (target.ratchetPage === page) delete target.ratchetPage;
  };
}
