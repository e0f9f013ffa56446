import { Button, Menu } from "@mantine/core";
import { IMPAIRMENT_PRESETS, type ImpairmentPreset, type Link } from "@ratchet/contracts";
import { IconChevronDown, IconEraser } from "@tabler/icons-react";
import { impairAs } from "../../actions/impair-link.js";
import { endPods } from "../../graph/link-end.js";

/** Links as people know them, in place of whatever is asked for. The first end is the user's. */
export function PresetMenu({ link, isDisabled }: { link: Link; isDisabled: boolean }) {
  const [first] = endPods(link);
  return (
    <Menu position="bottom-end" width={290}>
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          disabled={isDisabled}
          rightSection={<IconChevronDown size={14} />}
          data-testid="impair-presets"
        >
          Like
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflowY: "auto" }}>
        <Menu.Item
          leftSection={<IconEraser size={16} />}
          onClick={() => impairAs(link, undefined)}
          data-testid="preset-none"
        >
          A good cable: nothing
        </Menu.Item>
        <Menu.Divider />
        {first !== "" && <Menu.Label>Seen from {first}</Menu.Label>}
        {IMPAIRMENT_PRESETS.map((preset) => (
          <Preset key={preset.name} preset={preset} link={link} />
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Preset({ preset, link }: { preset: ImpairmentPreset; link: Link }) {
  return (
    <Menu.Item onClick={() => impairAs(link, preset)} data-testid={`preset-${preset.name}`}>
      {preset.title}
      <span className="soft" style={{ display: "block", fontSize: 11.5 }}>
        {preset.description}
      </span>
    </Menu.Item>
  );
}
