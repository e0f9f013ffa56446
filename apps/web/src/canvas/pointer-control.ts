import { insideBox, podUnder } from "../graph/hit.js";
import type { Point } from "../graph/point.js";
import { editRefusal, rerouteHint, rerouteRefusal, wireRefusal } from "../graph/refusal.js";
import { added, toggled } from "../graph/selection.js";
import { suggestInterface, takenInterfaces } from "../graph/suggest-interface.js";
import { useModel } from "../state/model-store.js";
import { useTopology } from "../state/topology-store.js";
import { ui, useUi } from "../state/ui-store.js";
import { IDLE } from "./gesture.js";
import type { Stage } from "./stage.js";

/** What a finished gesture asks for. */
export interface PointerEvents {
  onWireDrawn: (from: string, to: string, at: Point) => void;
  onRerouted: (wire: string, end: 0 | 1, pod: string) => void;
}

const CLICK_SLACK_PX = 5;
const DROP_MARGIN_PX = 14;

/**
 * Turns the mouse, pen or finger into selections and gestures.
 *
 * It listens before Cytoscape does: what begins a gesture of ours (a rim, an end, a
 * box) never reaches it; dragging pods and the ground is left to it.
 */
export function controlPointer(wrapper: HTMLElement, stage: Stage, events: PointerEvents): () => void {
  let pressed: { client: Point; isOurs: boolean; id: number } | undefined;

  const at = (event: MouseEvent) => stage.toCanvas({ x: event.clientX, y: event.clientY });
  const isStale = () => editRefusal(useTopology.getState()) !== undefined;

  const down = (event: PointerEvent) => {
    if (!(event.target instanceof Element) || event.target.closest("[data-overlay]")) return;
    wrapper.focus({ preventScroll: true });
    ui.refuse(null);
    if (event.button !== 0) return;
    pressed = { client: { x: event.clientX, y: event.clientY }, isOurs: false, id: event.pointerId };
    const point = at(event);
    const hit = stage.hit(point);
    const { tool, popup } = useUi.getState();
    if (popup && popup.kind !== "keys") ui.close();

    if (event.shiftKey && (hit.kind === "ground" || hit.kind === "box" || hit.kind === "wire")) {
      take(event);
      stage.setGesture({ kind: "boxing", from: point, at: point });
    } else if (hit.kind === "end" && !isStale()) {
      take(event);
      const name = hit.wire;
      stage.setGesture({
        kind: "rerouting",
        wire: name,
        end: hit.end,
        at: point,
        target: null,
        refusal: null,
        hint: "Drop on another pod",
      });
    } else if (
      (hit.kind === "rim" || (hit.kind === "pod" && tool.kind === "wire")) &&
      !isStale() &&
      !isModified(event)
    ) {
      take(event);
      stage.setGesture({ kind: "drawing", from: hit.pod, at: point, target: null, refusal: null, hint: null });
    }
  };

  const take = (event: PointerEvent) => {
    if (pressed) pressed.isOurs = true;
    wrapper.setPointerCapture(event.pointerId);
    event.stopPropagation();
  };

  /** Cytoscape listens to mouse and touch events, not to pointer events. */
  const hideFromCytoscape = (event: Event) => {
    if (pressed?.isOurs) {
      event.stopPropagation();
      // Or the browser would select text, or scroll, along the way.
      if (event.cancelable) event.preventDefault();
    }
  };

  const move = (event: PointerEvent) => {
    const point = at(event);
    const { gesture } = stage;
    if (gesture.kind === "boxing") stage.setGesture({ ...gesture, at: point });
    else if (gesture.kind === "drawing") {
      const margin = DROP_MARGIN_PX / stage.adapter.viewport().zoom;
      const target = podUnder(stage.scene, point, margin) ?? null;
      const isHome = target === gesture.from;
      const refusal = isHome
        ? null
        : target === null
          ? null
          : (wireRefusal(useModel.getState().model, gesture.from, target) ?? null);
      const hint = target === null || isHome ? "Drop on another pod" : previewOf(gesture.from, target);
      stage.setGesture({ ...gesture, at: point, target: isHome ? null : target, refusal, hint });
    } else if (gesture.kind === "rerouting") {
      const margin = DROP_MARGIN_PX / stage.adapter.viewport().zoom;
      const target = podUnder(stage.scene, point, margin) ?? null;
      const refusal =
        target === null ? null : (rerouteRefusal(useModel.getState().model, gesture.wire, gesture.end, target) ?? null);
      const hint =
        target === null
          ? "Drop on another pod"
          : rerouteHint(useModel.getState().model, gesture.wire, gesture.end, target);
      stage.setGesture({ ...gesture, at: point, target, refusal, hint });
    } else if (event.buttons === 0 && event.target instanceof Element && !event.target.closest("[data-overlay]")) {
      hover(point);
    }
  };

  const hover = (point: Point) => {
    const hit = stage.hit(point);
    const { tool } = useUi.getState();
    const pod = hit.kind === "rim" || hit.kind === "pod" ? hit.pod : null;
    const canDraw = hit.kind === "rim" || (pod !== null && tool.kind === "wire");
    if (stage.hoveredRim !== pod) {
      stage.hoveredRim = isStale() ? null : pod;
      stage.repaint();
    }
    ui.hover(hit.kind === "wire" || hit.kind === "end" ? hit.wire : hit.kind === "box" ? hit.box : pod);
    wrapper.style.cursor =
      tool.kind === "pod"
        ? "copy"
        : hit.kind === "end"
          ? "grab"
          : canDraw
            ? isStale()
              ? "not-allowed"
              : "crosshair"
            : hit.kind === "wire"
              ? "pointer"
              : "";
  };

  const up = (event: PointerEvent) => {
    const { gesture } = stage;
    const press = pressed;
    pressed = undefined;
    if (!press || press.id !== event.pointerId) return;
    const point = at(event);
    const isClick = Math.hypot(event.clientX - press.client.x, event.clientY - press.client.y) <= CLICK_SLACK_PX;
    stage.setGesture(IDLE);
    if (press.isOurs) event.stopPropagation();
    if (gesture.kind === "boxing" && !isClick) {
      const ids = insideBox(stage.scene, gesture.from, gesture.at);
      ui.select(isModified(event) ? added(useUi.getState().selection, ids) : new Set(ids));
      ui.announce(`${ids.length} selected`);
      return;
    }
    if (gesture.kind === "drawing" && !isClick) {
      if (gesture.target !== null && gesture.refusal === null) events.onWireDrawn(gesture.from, gesture.target, point);
      return;
    }
    if (gesture.kind === "rerouting" && !isClick) {
      const { wire, end, target, refusal } = gesture;
      if (target === null) return;
      // Back where it was: somebody thought better of it.
      const isHome = useModel.getState().model.wires.get(wire)?.ends[end].pod === target;
      if (refusal === null) events.onRerouted(wire, end, target);
      else if (!isHome) ui.refuse({ id: wire, title: `Cannot re-route ${label(wire)}`, reason: refusal });
      return;
    }
    if (isClick && event.button === 0) click(event, point);
  };

  const click = (event: PointerEvent, point: Point) => {
    const hit = stage.hit(point);
    const { tool, selection } = useUi.getState();
    if (tool.kind === "pod") {
      const node = hit.kind === "box" ? hit.box.slice("node/".length) : null;
      ui.open({ kind: "pod-form", at: point, node });
      return;
    }
    const id = idOf(hit);
    if (id === null) {
      if (!isModified(event)) ui.clear();
      return;
    }
    ui.select(isModified(event) || event.shiftKey ? toggled(selection, id) : new Set([id]));
  };

  const menu = (event: MouseEvent) => {
    if (event.target instanceof Element && event.target.closest("[data-overlay]")) return;
    event.preventDefault();
    event.stopPropagation();
    const point = at(event);
    const id = idOf(stage.hit(point));
    // The selection stays: the panel it opens would move the picture away from under the menu.
    ui.hover(id);
    ui.open({ kind: "menu", about: id, client: { x: event.clientX, y: event.clientY }, at: point });
  };

  const double = (event: MouseEvent) => {
    if (event.target instanceof Element && event.target.closest("[data-overlay]")) return;
    const hit = stage.hit(at(event));
    if (hit.kind === "box") stage.adapter.fit([hit.box], stage.hasMotion);
    else if (hit.kind === "ground") stage.adapter.fit(undefined, stage.hasMotion);
  };

  const leave = () => {
    ui.hover(null);
    if (stage.hoveredRim !== null) {
      stage.hoveredRim = null;
      stage.repaint();
    }
  };

  const cancel = () => {
    pressed = undefined;
    stage.setGesture(IDLE);
  };

  const stop = new AbortController();
  const capture = { capture: true, signal: stop.signal };
  wrapper.addEventListener("pointerdown", down, capture);
  wrapper.addEventListener("pointermove", move, capture);
  wrapper.addEventListener("pointerup", up, capture);
  wrapper.addEventListener("pointercancel", cancel, capture);
  wrapper.addEventListener("contextmenu", menu, capture);
  wrapper.addEventListener("dblclick", double, capture);
  wrapper.addEventListener("pointerleave", leave, { signal: stop.signal });
  wrapper.addEventListener("mousedown", hideFromCytoscape, capture);
  wrapper.addEventListener("touchstart", hideFromCytoscape, { ...capture, passive: false });
  wrapper.addEventListener("touchmove", hideFromCytoscape, { ...capture, passive: false });
  return () => stop.abort();
}

const isModified = (event: MouseEvent) => event.ctrlKey || event.metaKey;
const label = (id: string) => id.slice(id.indexOf("/") + 1);

function idOf(hit: ReturnType<Stage["hit"]>): string | null {
  switch (hit.kind) {
    case "end":
    case "wire":
      return hit.wire;
    case "rim":
    case "pod":
      return hit.pod;
    case "box":
      return hit.box;
    default:
      return null;
  }
}

/** "eth2 to eth1": the interfaces a wire dropped here would get. */
function previewOf(from: string, to: string): string {
  const { stream } = useTopology.getState();
  const [a, b] = [from, to].map((id) => suggestInterface(takenInterfaces(stream, label(id))));
  return `${label(from)}:${a} to ${label(to)}:${b}`;
}
