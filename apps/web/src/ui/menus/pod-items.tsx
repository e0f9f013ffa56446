import { Menu } from "@mantine/core";
import {
  IconBolt,
  IconCopy,
  IconLine,
  IconPlayerPlay,
  IconPower,
  IconTopologyStar,
  IconTrash,
} from "@tabler/icons-react";
import { deletePods, isManaged, setRun } from "../../actions/pod-actions.js";
import { useModel } from "../../state/model-store.js";
import { isEditable, useTopology } from "../../state/topology-store.js";
import { ui } from "../../state/ui-store.js";
import { Item } from "./item.js";

export function PodItems({ name }: { name: string }) {
  const pod = useModel((state) => state.model.pods.get(`pod/${name}`));
  const resource = useTopology((state) => state.stream.pods.get(name));
  const isStale = !useTopology(isEditable);
  if (!pod) return null;
  const wires = () => {
    const { model } = useModel.getState();
    return [...model.wires.values()]
      .filter((wire) => wire.ends.some((end) => end.pod === pod.id))
      .map((wire) => wire.id);
  };
  return (
    <>
      <Menu.Label>{name}</Menu.Label>
      <Item
        icon={IconLine}
        label="Draw a wire from here"
        shortcut="w"
        isDisabled={isStale}
        testId="menu-wire"
        onClick={() => {
          ui.selectOne(pod.id);
          ui.tool("wire");
          ui.open({ kind: "wire-picker" });
        }}
      />
      <Item icon={IconTopologyStar} label="Select its wires" onClick={() => ui.select(new Set(wires()))} />
      {isManaged(name) &&
        (pod.phase === "Gone" ? (
          <Item
            icon={IconPlayerPlay}
            label="Restart"
            shortcut="k"
            isDisabled={isStale}
            testId="menu-restart"
            onClick={() => void setRun([name], "restart")}
          />
        ) : (
          <>
            <Item
              icon={IconPlayerPlay}
              label="Restart"
              isDisabled={isStale}
              testId="menu-restart"
              onClick={() => void setRun([name], "restart")}
            />
            <Item
              icon={IconPower}
              label="Kill"
              shortcut="k"
              isDisabled={isStale}
              testId="menu-kill"
              onClick={() => void setRun([name], "kill")}
            />
          </>
        ))}
      <Item
        icon={IconBolt}
        label="Break its wires on purpose"
        shortcut="b"
        isDisabled={isStale}
        testId="menu-break"
        onClick={() => ui.open({ kind: "fault-form", aim: { kind: "pods", names: [name] } })}
      />
      <Item icon={IconCopy} label="Copy name" onClick={() => void navigator.clipboard.writeText(name)} />
      {resource && (
        <>
          <Menu.Divider />
          <Item
            icon={IconTrash}
            label="Delete"
            shortcut="Del"
            isDangerous
            isDisabled={isStale}
            testId="menu-delete"
            onClick={() => void deletePods([name])}
          />
        </>
      )}
    </>
  );
}
