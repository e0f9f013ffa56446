import { Menu } from "@mantine/core";
import { IconBolt, IconPlugConnected, IconScissors, IconTrash } from "@tabler/icons-react";
import { setState } from "../../actions/link-actions.js";
import { deleteSelection } from "../../actions/selection-actions.js";
import { namesOf } from "../../graph/selection.js";
import { isEditable, useTopology } from "../../state/topology-store.js";
import { ui, useUi } from "../../state/ui-store.js";
import { Item } from "./item.js";

export function ManyItems() {
  const selection = useUi((state) => state.selection);
  const isStale = !useTopology(isEditable);
  const links = namesOf(selection, "link");
  const pods = namesOf(selection, "pod");
  return (
    <>
      <Menu.Label>{selection.size} selected</Menu.Label>
      {links.length > 0 && (
        <>
          <Item
            icon={IconScissors}
            label={`Cut ${links.length} wires`}
            isDisabled={isStale}
            testId="menu-cut"
            onClick={() => void setState(links, "down")}
          />
          <Item
            icon={IconPlugConnected}
            label={`Restore ${links.length} wires`}
            isDisabled={isStale}
            testId="menu-restore"
            onClick={() => void setState(links, "up")}
          />
          <Menu.Divider />
        </>
      )}
      {links.length > 0 && (
        <Item
          icon={IconBolt}
          label={`Break ${links.length} wires on purpose`}
          isDisabled={isStale}
          testId="menu-break"
          onClick={() => ui.open({ kind: "fault-form", aim: { kind: "links", names: links } })}
        />
      )}
      {pods.length > 0 && (
        <Item
          icon={IconBolt}
          label={`Part ${pods.length} pods from the rest`}
          isDisabled={isStale}
          testId="menu-partition"
          onClick={() => ui.open({ kind: "fault-form", aim: { kind: "pods", names: pods }, as: "partition" })}
        />
      )}
      <Item
        icon={IconTrash}
        label="Delete all selected"
        shortcut="Del"
        isDangerous
        isDisabled={isStale}
        testId="menu-delete"
        onClick={() => void deleteSelection(selection)}
      />
    </>
  );
}
