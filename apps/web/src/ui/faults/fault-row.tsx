import { ActionIcon, Tooltip } from "@mantine/core";
import type { Fault } from "@ratchet/contracts";
import { IconX } from "@tabler/icons-react";
import { endFault } from "../../actions/fault-actions.js";
import { actionText } from "../../graph/fault-text.js";
import { isEditable, useTopology } from "../../state/topology-store.js";
import { Countdown } from "./countdown.js";

/** One running fault in a panel: what it does, why and by whom, how long it still does, and its end. */
export function FaultRow({ fault }: { fault: Fault }) {
  const canEdit = useTopology(isEditable);
  const { name } = fault.metadata;
  return (
    <div className="fault-row" data-testid="fault-row" data-fault={name}>
      <div style={{ minWidth: 0 }}>
        <div style={{ fontWeight: 550 }}>{actionText(fault.spec.action)}</div>
        <div className="soft" style={{ overflowWrap: "anywhere" }}>
          {[fault.spec.reason, `by ${fault.status.by}`].filter(Boolean).join(", ")}
        </div>
      </div>
      <Countdown fault={fault} />
      <Tooltip label="End it now">
        <ActionIcon
          size="sm"
          disabled={!canEdit}
          aria-label={`End ${name} now`}
          onClick={() => void endFault(name)}
          data-testid="fault-end"
        >
          <IconX size={15} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
