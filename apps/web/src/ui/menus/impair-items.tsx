import { Menu } from "@mantine/core";
import { IMPAIRMENT_PRESETS, type Link } from "@ratchet/contracts";
import { IconEraser, IconWaveSine } from "@tabler/icons-react";
import { impairAs } from "../../actions/impair-link.js";
import { ui } from "../../state/ui-store.js";

/** A wire made like one people know, from its menu. */
export function ImpairItems({ link, isDisabled }: { link: Link; isDisabled: boolean }) {
  const act = (preset: Parameters<typeof impairAs>[1]) => {
    ui.close();
    impairAs(link, preset);
  };
  return (
    <Menu.Sub>
      <Menu.Sub.Target>
        <Menu.Sub.Item
          leftSection={<IconWaveSine size={16} stroke={1.7} />}
          disabled={isDisabled}
          data-testid="menu-impair"
        >
          Impair like
        </Menu.Sub.Item>
      </Menu.Sub.Target>
      <Menu.Sub.Dropdown mah={380} style={{ overflowY: "auto" }} data-overlay>
        <Menu.Item leftSection={<IconEraser size={16} stroke={1.7} />} onClick={() => act(undefined)}>
          A good cable: nothing
        </Menu.Item>
        {IMPAIRMENT_PRESETS.map((preset) => (
          <Menu.Item key={preset.name} onClick={() => act(preset)} data-testid={`menu-preset-${preset.name}`}>
            {preset.title}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          onClick={() => {
            ui.close();
            ui.selectOne(`link/${link.metadata.name}`);
          }}
        >
          By sliders, in the panel
        </Menu.Item>
      </Menu.Sub.Dropdown>
    </Menu.Sub>
  );
}
