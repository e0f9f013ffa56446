import { Button } from "@mantine/core";
import type { Fault } from "@ratchet/contracts";
import { IconBolt, IconX } from "@tabler/icons-react";
import { useMemo } from "react";
import { endFault } from "../../actions/fault-actions.js";
import { actionText, endingText, targetText } from "../../graph/fault-text.js";
import { isRunning, runningFaults } from "../../graph/running-faults.js";
import { isEditable, useTopology } from "../../state/topology-store.js";
import { ui } from "../../state/ui-store.js";
import { Countdown } from "../faults/countdown.js";
import { clockTime } from "../time.js";

/** Everything broken on purpose: what runs, by deadline, then what has ended within the last hour. */
export function FaultsList() {
  const faults = useTopology((state) => state.stream.faults);
  const canEdit = useTopology(isEditable);
  const rows = useMemo(() => {
    const ended = [...faults.values()].filter((fault) => !isRunning(fault));
    ended.sort((a, b) => (b.status.endedAt ?? "").localeCompare(a.status.endedAt ?? ""));
    return [...runningFaults(faults), ...ended];
  }, [faults]);
  if (rows.length === 0) {
    return (
      <p className="empty-note">
        Nothing is broken on purpose.{" "}
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconBolt size={14} />}
          disabled={!canEdit}
          onClick={() => ui.open({ kind: "fault-form", aim: { kind: "namespace" } })}
        >
          Break something
        </Button>
      </p>
    );
  }
  return (
    <table className="links faults" data-testid="faults-table">
      <thead>
        <tr>
          {["Left", "What", "Strikes", "Wires", "Why", "By", ""].map((label) => (
            <th key={label} scope="col">
              <span className="head-cell">{label}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((fault) => (
          <Row key={fault.metadata.uid} fault={fault} canEdit={canEdit} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ fault, canEdit }: { fault: Fault; canEdit: boolean }) {
  const { metadata, spec, status } = fault;
  const isOn = isRunning(fault);
  return (
    <tr data-testid="fault" data-fault={metadata.name} data-phase={status.phase} data-ended={!isOn}>
      <td style={{ width: 92 }}>
        {isOn ? <Countdown fault={fault} /> : <span className="soft num">{clockTime(status.endedAt ?? "")}</span>}
      </td>
      <td style={isOn ? { fontWeight: 550 } : {}}>{actionText(spec.action)}</td>
      <td>{targetText(spec.target)}</td>
      <td>
        {status.links.length > 0 && (
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            onClick={() => ui.select(new Set(status.links.map((name) => `link/${name}`)))}
          >
            {status.links.length === 1 ? status.links[0] : `${status.links.length} wires`}
          </Button>
        )}
      </td>
      <td className="soft">{isOn ? (trouble(fault) ?? spec.reason) : endingText(fault)}</td>
      <td className="soft">{status.by}</td>
      <td style={{ textAlign: "right" }}>
        {isOn && (
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconX size={13} />}
            disabled={!canEdit}
            aria-label={`End ${metadata.name} now`}
            onClick={() => void endFault(metadata.name)}
            data-testid="fault-end"
          >
            End
          </Button>
        )}
      </td>
    </tr>
  );
}

/** What a node says about it, when it is not simply at work there. */
function trouble({ status }: Fault): string | undefined {
  const bad = status.nodes.find((node) => node.message !== "");
  return bad === undefined ? undefined : `${bad.node}: ${bad.message}`;
}
