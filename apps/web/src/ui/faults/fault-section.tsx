import { Button } from "@mantine/core";
import type { Fault } from "@ratchet/contracts";
import { IconBolt } from "@tabler/icons-react";
import type { FaultAim } from "../../graph/fault-draft.js";
import { useRunningFaults } from "../../hooks/use-faults.js";
import { isEditable, useTopology } from "../../state/topology-store.js";
import { ui } from "../../state/ui-store.js";
import { Section } from "../panel/section.js";
import { FaultRow } from "./fault-row.js";

interface Props {
  aim: FaultAim;
  /** Which of the running faults concern the thing. */
  concerns: (fault: Fault) => boolean;
}

/** What is broken on purpose here, and the way to break it. There with nothing broken too, so that nothing jumps. */
export function FaultSection({ aim, concerns }: Props) {
  const faults = useRunningFaults().filter(concerns);
  const canEdit = useTopology(isEditable);
  return (
    <Section title="Faults">
      <div data-testid="panel-faults">
        {faults.map((fault) => (
          <FaultRow key={fault.metadata.name} fault={fault} />
        ))}
      </div>
      <Button
        variant="default"
        leftSection={<IconBolt size={15} />}
        disabled={!canEdit}
        mt={faults.length > 0 ? 8 : 0}
        onClick={() => ui.open({ kind: "fault-form", aim })}
        data-testid="panel-break"
      >
        Break on purpose
      </Button>
    </Section>
  );
}
