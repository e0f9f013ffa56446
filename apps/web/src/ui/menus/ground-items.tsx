import { IconBandage, IconBolt, IconBoxPadding, IconFocusCentered, IconLine, IconSelectAll } from "@tabler/icons-react";
import type { Point } from "../../graph/point.js";
import { useActions } from "../../hooks/use-actions.js";
import { isEditable, useTopology } from "../../state/topology-store.js";
import { ui } from "../../state/ui-store.js";
import { Item } from "./item.js";

export function GroundItems({ at }: { at: Point }) {
  const actions = useActions();
  const isStale = !useTopology(isEditable);
  return (
    <>
      <Item
        icon={IconBoxPadding}
        label="Place a pod here"
        shortcut="p"
        isDisabled={isStale}
        testId="menu-pod"
        onClick={() => ui.open({ kind: "pod-form", at, node: null })}
      />
      <Item icon={IconLine} label="Draw a wire" shortcut="w" isDisabled={isStale} onClick={actions.wire} />
      <Item
        icon={IconBolt}
        label="Break something on purpose"
        isDisabled={isStale}
        testId="menu-break"
        onClick={() => ui.open({ kind: "fault-form", aim: { kind: "namespace" } })}
      />
      <Item
        icon={IconBandage}
        label="Heal everything"
        shortcut="h"
        isDisabled={isStale}
        testId="menu-heal"
        onClick={actions.heal}
      />
      <Item icon={IconSelectAll} label="Select all" shortcut="Ctrl A" onClick={actions.selectAll} />
      <Item icon={IconFocusCentered} label="Show everything" shortcut="f" onClick={actions.fit} />
    </>
  );
}
