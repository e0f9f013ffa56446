import { ActionIcon, Tooltip } from "@mantine/core";
import { IconList, IconX } from "@tabler/icons-react";
import { STATE_WORDS } from "../graph/wire-state.js";
import { ui, useUi } from "../state/ui-store.js";
import { StateMark } from "./state-mark.js";

const WHAT: Record<(typeof STATE_WORDS)[number], string> = {
  up: "Up",
  impaired: "Impaired: delay, loss, rate",
  faulted: "Broken for a time, with what is left",
  cut: "Cut in its link, or down",
  down: "",
  pending: "Pending",
  degraded: "Degraded",
  error: "Error",
  unknown: "Unknown",
};

export function Legend() {
  const isOpen = useUi((state) => state.isLegendOpen);
  if (!isOpen) {
    return (
      <div className="float zoom-buttons">
        <Tooltip label="Legend">
          <ActionIcon aria-label="Show the legend" onClick={() => ui.legend(true)}>
            <IconList size={17} />
          </ActionIcon>
        </Tooltip>
      </div>
    );
  }
  return (
    <aside className="float legend" aria-label="Legend" style={{ position: "relative", paddingRight: 30 }}>
      <ActionIcon
        size="xs"
        aria-label="Hide the legend"
        onClick={() => ui.legend(false)}
        style={{ position: "absolute", top: 6, right: 6 }}
      >
        <IconX size={13} />
      </ActionIcon>
      {STATE_WORDS.filter((word) => WHAT[word] !== "").map((word) => (
        <div className="legend-row" key={word}>
          <StateMark word={word} />
          <span>{WHAT[word]}</span>
        </div>
      ))}
      <div className="legend-row">
        <svg width="30" height="12" aria-hidden="true">
          <path d="M1 3.7h28M1 8.3h28" stroke="var(--up)" strokeWidth="1.5" />
        </svg>
        <span>VXLAN tunnel with its VNI</span>
      </div>
      <div className="legend-row">
        <span className="mono" aria-hidden="true">
          1.2M
        </span>
        <span>Bit/s each way</span>
      </div>
      <div className="legend-row">
        <svg width="30" height="12" aria-hidden="true">
          <circle cx="8" cy="6" r="3.6" fill="var(--up)" />
          <circle cx="21" cy="6" r="3.2" fill="none" stroke="var(--down)" strokeWidth="1.6" />
        </svg>
        <span>Port with and without carrier</span>
      </div>
    </aside>
  );
}
