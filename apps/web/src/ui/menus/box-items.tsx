import { Menu } from "@mantine/core";
import { IconBolt, IconBoxPadding, IconFocusCentered, IconSelectAll } from "@tabler/icons-react";
import { useStage } from "../../canvas/stage-context.js";
import type { Point } from "../../graph/point.js";
import { useModel } from "../../state/model-store.js";
import { isEditable, useTopology } from "../../state/topology-store.js";
import { ui } from "../../state/ui-store.js";
import { Item } from "./item.js";

export function BoxItems({ name, at }: { name: string; at: Point }) {
  const stage = useStage();
  const isStale = !useTopology(isEditable);
  const pods = () => [...useModel.getState().model.pods.values()].filter((pod) => pod.box === `node/${name}`);
  return (
    <>
      <Menu.Label>{name}</Menu.Label>
      <Item
        icon={IconBoxPadding}
        label="Place a pod here"
        shortcut="p"
        isDisabled={isStale}
        testId="menu-pod"
        onClick={() => ui.open({ kind: "pod-form", at, node: name })}
      />
      <Item
        icon={IconBolt}
        label="Break on purpose"
        shortcut="b"
        isDisabled={isStale}
        testId="menu-break"
        onClick={() => ui.open({ kind: "fault-form", aim: { kind: "node", name } })}
      />
      <Item
        icon={IconSelectAll}
        label="Select its pods"
        onClick={() => ui.select(new Set(pods().map((pod) => pod.id)))}
      />
      <Item
        icon={IconFocusCentered}
        label="Fit this node"
        onClick={() => stage?.adapter.fit([`node/${name}`], stage.hasMotion)}
      />
    </>
  );
}
