import { ActionIcon, Tooltip } from "@mantine/core";
import { IconActivity, IconFocusCentered, IconMinus, IconPlus } from "@tabler/icons-react";
import { useActions } from "../hooks/use-actions.js";
import { ui, useUi } from "../state/ui-store.js";
import { KeyHint } from "./key-hint.js";

export function ZoomButtons() {
  const hasRates = useUi((state) => state.hasRates);
  const { zoomIn, zoomOut, fit } = useActions();
  return (
    <div className="float zoom-buttons">
      <Tooltip label={hasRates ? "Hide what wires carry" : "Show what wires carry, in bit/s"} position="left">
        <ActionIcon
          aria-label="What wires carry"
          aria-pressed={hasRates}
          variant={hasRates ? "light" : "subtle"}
          color={hasRates ? "teal" : "gray"}
          onClick={() => ui.rates(!hasRates)}
          data-testid="rates"
        >
          <IconActivity size={17} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={<KeyHint text="Nearer" keys="+" />} position="left">
        <ActionIcon aria-label="Zoom in" onClick={zoomIn} data-testid="zoom-in">
          <IconPlus size={17} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={<KeyHint text="Farther" keys="-" />} position="left">
        <ActionIcon aria-label="Zoom out" onClick={zoomOut} data-testid="zoom-out">
          <IconMinus size={17} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={<KeyHint text="Show everything" keys="f" />} position="left">
        <ActionIcon aria-label="Show everything" onClick={fit} data-testid="fit">
          <IconFocusCentered size={17} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
