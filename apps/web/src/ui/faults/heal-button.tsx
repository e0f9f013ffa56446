import { Tooltip } from "@mantine/core";
import { IconBandage } from "@tabler/icons-react";
import { healEverything } from "../../actions/fault-actions.js";
import { useRunningFaults } from "../../hooks/use-faults.js";
import { isEditable, useTopology } from "../../state/topology-store.js";
import { ui } from "../../state/ui-store.js";
import { KeyHint } from "../key-hint.js";

/** Always there, always in the same place: ends everything that is broken on purpose in this namespace. */
export function HealButton() {
  const count = useRunningFaults().length;
  const canEdit = useTopology(isEditable);
  const text =
    count === 0
      ? "Nothing is broken on purpose"
      : `End ${count === 1 ? "the running fault" : `all ${count} running faults`}`;
  return (
    <Tooltip label={<KeyHint text={text} keys="h" />}>
      <button
        type="button"
        className="heal"
        data-active={count > 0}
        aria-disabled={count === 0 || !canEdit}
        aria-label={`Heal everything. ${text}`}
        aria-keyshortcuts="h"
        onClick={() => (count > 0 && canEdit ? void healEverything() : ui.announce(text))}
        data-testid="heal"
      >
        <IconBandage size={16} stroke={1.8} />
        <span className="heal-word">Heal everything</span>
        <b className="num">{count === 0 ? "" : count}</b>
      </button>
    </Tooltip>
  );
}
