import { ActionIcon, Tooltip } from "@mantine/core";
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconBoxPadding,
  IconLine,
  IconPointer,
  type IconProps,
} from "@tabler/icons-react";
import type { ComponentType } from "react";
import { redo, undo, useUndo } from "../actions/undo.js";
import { isEditable, useTopology } from "../state/topology-store.js";
import { type Tool, ui, useUi } from "../state/ui-store.js";
import { KeyHint } from "./key-hint.js";

const TOOLS: { kind: Tool["kind"]; label: string; key: string; icon: ComponentType<IconProps> }[] = [
  { kind: "select", label: "Select and move", key: "s", icon: IconPointer },
  { kind: "wire", label: "Draw a wire from pod to pod", key: "w", icon: IconLine },
  { kind: "pod", label: "Place a pod", key: "p", icon: IconBoxPadding },
];

export function ToolsBar() {
  const tool = useUi((state) => state.tool.kind);
  const isStale = !useTopology(isEditable);
  const { stack, isBusy } = useUndo();
  const lastUndo = stack.undo.at(-1);
  const lastRedo = stack.redo.at(-1);
  return (
    <nav className="tools" aria-label="Tools">
      {TOOLS.map(({ kind, label, key, icon: Icon }) => (
        <Tooltip key={kind} label={<KeyHint text={label} keys={key} />} position="right">
          <ActionIcon
            size={34}
            variant={tool === kind ? "light" : "subtle"}
            color={tool === kind ? "teal" : "gray"}
            aria-label={label}
            aria-pressed={tool === kind}
            aria-keyshortcuts={key}
            disabled={isStale && kind !== "select"}
            onClick={() => ui.tool(kind)}
            data-testid={`tool-${kind}`}
          >
            <Icon size={19} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      ))}
      <div className="tools-gap" />
      <Tooltip
        label={lastUndo ? <KeyHint text={`Undo: ${lastUndo.label}`} keys="Ctrl Z" /> : "Nothing to undo"}
        position="right"
      >
        <ActionIcon
          size={34}
          aria-label="Undo"
          disabled={!lastUndo || isBusy || isStale}
          onClick={() => void undo()}
          data-testid="undo"
        >
          <IconArrowBackUp size={19} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
      <Tooltip
        label={lastRedo ? <KeyHint text={`Redo: ${lastRedo.label}`} keys="Ctrl Shift Z" /> : "Nothing to redo"}
        position="right"
      >
        <ActionIcon
          size={34}
          aria-label="Redo"
          disabled={!lastRedo || isBusy || isStale}
          onClick={() => void redo()}
          data-testid="redo"
        >
          <IconArrowForwardUp size={19} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
    </nav>
  );
}
