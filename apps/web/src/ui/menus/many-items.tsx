import { Menu } from "@mantine/core";
import { IconPlugConnected, IconScissors, IconTrash } from "@tabler/icons-react";
import { setState } from "../../actions/link-actions.js";
import { deleteSelection } from "../../actions/selection-actions.js";
import { namesOf } from "../../graph/selection.js";
import { useTopology } from "../../state/topology-store.js";
import { useUi } from "../../state/ui-store.js";
import { Item } from "./item.js";

export function ManyItems() {
  const selection = useUi((state) => state.selection);
  const isStale = useTopology((state) => state.phase !== "live");
  const links = namesOf(selection, "link");
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
