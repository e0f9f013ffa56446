import { Menu } from "@mantine/core";
import type { IconProps } from "@tabler/icons-react";
import type { ComponentType } from "react";
import { ui } from "../../state/ui-store.js";

interface Props {
  icon: ComponentType<IconProps>;
  label: string;
  shortcut?: string;
  isDisabled?: boolean;
  isDangerous?: boolean;
  testId?: string;
  onClick: () => void;
}

/** One line of a menu, with its key. It closes the menu before it acts, so that it may open something else. */
export function Item({ icon: Icon, label, shortcut, isDisabled = false, isDangerous = false, testId, onClick }: Props) {
  return (
    <Menu.Item
      leftSection={<Icon size={16} stroke={1.7} />}
      rightSection={shortcut && <kbd className="key">{shortcut}</kbd>}
      disabled={isDisabled}
      {...(isDangerous ? { color: "red" } : {})}
      onClick={() => {
        ui.close();
        onClick();
      }}
      data-testid={testId}
    >
      {label}
    </Menu.Item>
  );
}
