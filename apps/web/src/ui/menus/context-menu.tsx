import { Menu } from "@mantine/core";
import { ui, useUi } from "../../state/ui-store.js";
import { BoxItems } from "./box-items.js";
import { GroundItems } from "./ground-items.js";
import { LinkItems } from "./link-items.js";
import { ManyItems } from "./many-items.js";
import { PodItems } from "./pod-items.js";

/** What can be done with the thing under the mouse; with several selected, with all of them. */
export function ContextMenu() {
  const popup = useUi((state) => state.popup);
  const selection = useUi((state) => state.selection);
  if (popup?.kind !== "menu") return null;
  const { about, client } = popup;
  const isMany = about !== null && selection.size > 1 && selection.has(about);
  const name = about?.slice(about.indexOf("/") + 1) ?? "";
  return (
    <Menu
      opened
      onChange={(isOpen) => !isOpen && ui.close()}
      position="bottom-start"
      offset={2}
      width={236}
      shadow="md"
      returnFocus={false}
      closeOnItemClick={false}
    >
      <Menu.Target>
        <span
          data-overlay
          style={{ position: "fixed", left: client.x, top: client.y, width: 1, height: 1, pointerEvents: "none" }}
        />
      </Menu.Target>
      <Menu.Dropdown data-overlay data-testid="context-menu">
        {about === null && <GroundItems at={popup.at} />}
        {isMany && <ManyItems />}
        {!isMany && about?.startsWith("link/") && <LinkItems name={name} />}
        {!isMany && about?.startsWith("pod/") && <PodItems name={name} />}
        {!isMany && about?.startsWith("node/") && <BoxItems name={name} at={popup.at} />}
      </Menu.Dropdown>
    </Menu>
  );
}
