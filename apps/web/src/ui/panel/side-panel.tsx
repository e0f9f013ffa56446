import { CloseButton } from "@mantine/core";
import { IconBox, IconLine, IconServer2, IconStack2 } from "@tabler/icons-react";
import { ui, useUi } from "../../state/ui-store.js";
import { LinkPanel } from "./link-panel.js";
import { ManyPanel } from "./many-panel.js";
import { NodePanel } from "./node-panel.js";
import { PodPanel } from "./pod-panel.js";

const ICONS = { link: IconLine, pod: IconBox, node: IconServer2 } as const;

/** Only there while something is selected. */
export function SidePanel() {
  const selection = useUi((state) => state.selection);
  const [id] = selection;
  if (id === undefined) return null;
  const isMany = selection.size > 1;
  const [kind = "", name = ""] = id.split("/");
  const Icon = isMany ? IconStack2 : (ICONS[kind as keyof typeof ICONS] ?? IconBox);
  return (
    <aside className="panel" aria-label="Details" data-testid="panel">
      <div className="panel-head" style={{ display: "flex", gap: 10, alignItems: "flex-start" }}>
        <Icon size={19} stroke={1.7} style={{ flex: "none", marginTop: 1, color: "var(--text-soft)" }} />
        <h2 className="panel-title" style={{ flex: 1 }}>
          {isMany ? `${selection.size} selected` : name}
        </h2>
        <CloseButton size="sm" aria-label="Close the details" onClick={ui.clear} data-testid="panel-close" />
      </div>
      <div className="panel-body">
        {isMany && <ManyPanel />}
        {!isMany && kind === "link" && <LinkPanel key={name} name={name} />}
        {!isMany && kind === "pod" && <PodPanel key={name} name={name} />}
        {!isMany && kind === "node" && <NodePanel key={name} name={name} />}
      </div>
    </aside>
  );
}
