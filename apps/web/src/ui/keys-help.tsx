import { Modal } from "@mantine/core";
import { ui, useUi } from "../state/ui-store.js";

const KEYS: [string, string][] = [
  ["Select, wire, pod tool", "s  w  p"],
  ["Cut or restore", "x"],
  ["Re-route an end", "r"],
  ["Kill or restart a pod", "k"],
  ["Delete", "Delete"],
  ["Break on purpose", "b"],
  ["Heal everything", "h"],
  ["Undo, redo", "Ctrl Z  Ctrl Shift Z"],
  ["Select all", "Ctrl A"],
  ["Add to the selection", "Ctrl click"],
  ["Select in a box", "Shift drag"],
  ["Search and commands", "Ctrl K  /"],
  ["Show everything", "f"],
  ["Zoom", "+  -"],
  ["Move the view", "arrows"],
  ["Fit a node", "double-click"],
  ["Close, clear", "Escape"],
  ["This list", "?"],
];

export function KeysHelp() {
  const isOpen = useUi((state) => state.popup?.kind === "keys");
  return (
    <Modal opened={isOpen} onClose={ui.close} title="Keys" size="lg">
      <div className="shortcut-grid" data-testid="keys">
        {KEYS.map(([what, keys]) => (
          <div className="shortcut" key={what}>
            <span>{what}</span>
            <span style={{ whiteSpace: "nowrap" }}>
              {keys.split("  ").map((key) => (
                <kbd className="key" key={key} style={{ marginLeft: 5 }}>
                  {key}
                </kbd>
              ))}
            </span>
          </div>
        ))}
      </div>
    </Modal>
  );
}
