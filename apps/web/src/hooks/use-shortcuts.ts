import { useEffect } from "react";
import { useUi } from "../state/ui-store.js";
import type { Actions } from "./use-actions.js";

const PAN_PX = 70;
const ARROWS: Record<string, { x: number; y: number }> = {
  ArrowLeft: { x: 1, y: 0 },
  ArrowRight: { x: -1, y: 0 },
  ArrowUp: { x: 0, y: 1 },
  ArrowDown: { x: 0, y: -1 },
};

/** Keys of the page. Typing in a field is typing, and a dialog keeps its own keys. */
export function useShortcuts(actions: Actions): void {
  useEffect(() => {
    const plain: Record<string, () => void> = {
      s: actions.select,
      w: actions.wire,
      p: actions.pod,
      x: actions.cut,
      r: actions.reroute,
      k: actions.run,
      b: actions.break,
      h: actions.heal,
      f: actions.fit,
      Delete: actions.remove,
      Backspace: actions.remove,
      Escape: actions.escape,
      "+": actions.zoomIn,
      "=": actions.zoomIn,
      "-": actions.zoomOut,
      "/": actions.palette,
      "?": actions.keys,
    };
    const withControl: Record<string, () => void> = { k: actions.palette, a: actions.selectAll, y: actions.redo };

    const onKey = (event: KeyboardEvent) => {
      const target = event.target instanceof HTMLElement ? event.target : null;
      const isTyping = target?.matches("input, textarea, select, [contenteditable]") ?? false;
      const hasControl = event.ctrlKey || event.metaKey;
      if (hasControl && event.key.toLowerCase() === "k") return run(event, actions.palette);
      if (isTyping || event.altKey || event.defaultPrevented) return;
      const isInDialog = target?.closest("[role=dialog], [role=menu], [role=listbox]") !== null && target !== null;
      if (isInDialog && event.key !== "Escape") return;
      if (hasControl && event.key.toLowerCase() === "z")
        return run(event, event.shiftKey ? actions.redo : actions.undo);
      if (hasControl) {
        const action = withControl[event.key.toLowerCase()];
        if (action) run(event, action);
        return;
      }
      // Arrows move the view where the view has the focus; elsewhere they belong to tables and tabs.
      const arrow = ARROWS[event.key];
      if (arrow && (target?.matches(".stage") || target === document.body)) {
        return run(event, () => actions.pan(arrow.x * PAN_PX, arrow.y * PAN_PX));
      }
      const action = plain[event.key];
      if (action && !(useUi.getState().popup?.kind === "keys" && event.key !== "Escape")) run(event, action);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [actions]);
}

function run(event: KeyboardEvent, action: () => void): void {
  event.preventDefault();
  action();
}
