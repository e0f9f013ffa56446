import { SegmentedControl } from "@mantine/core";
import { nameOfSender } from "@ratchet/contracts";
import type { FaultAim, FaultDraft } from "../../graph/fault-draft.js";
import { endPods } from "../../graph/link-end.js";
import { useTopology } from "../../state/topology-store.js";

interface Props {
  aim: FaultAim;
  draft: FaultDraft;
  onChange: (fields: Partial<FaultDraft>) => void;
}

/** Which direction of one wire, for what can strike one alone. */
export function WayField({ aim, draft, onChange }: Props) {
  const name = aim.kind === "links" && aim.names.length === 1 ? (aim.names[0] ?? "") : "";
  const link = useTopology((state) => state.stream.links.get(name));
  if (!link || (draft.kind !== "blackhole" && draft.kind !== "impair" && draft.kind !== "ramp")) return null;
  const [a, b] = endPods(link);
  const { endpoints } = link.spec;
  return (
    <SegmentedControl
      fullWidth
      size="xs"
      mb="sm"
      value={draft.from}
      onChange={(from) => onChange({ from })}
      aria-label="Which direction"
      data={[
        { value: "", label: "Both ways" },
        { value: nameOfSender(endpoints, 0), label: `${a} →` },
        { value: nameOfSender(endpoints, 1), label: `← ${b}` },
      ]}
      data-testid="fault-way"
    />
  );
}
