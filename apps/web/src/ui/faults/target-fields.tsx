import { Checkbox, MultiSelect, SegmentedControl, TextInput } from "@mantine/core";
import { useMemo } from "react";
import type { FaultAim, FaultDraft, FaultScope } from "../../graph/fault-draft.js";
import { useTopology } from "../../state/topology-store.js";

interface Props {
  aim: FaultAim;
  draft: FaultDraft;
  onChange: (fields: Partial<FaultDraft>) => void;
}

/** What is struck, where the place of asking did not say it already. */
export function TargetFields({ aim, draft, onChange }: Props) {
  if (aim.kind === "node" && draft.kind !== "control-plane-cut")
    return (
      <Checkbox
        size="xs"
        mb="sm"
        label="Its local wires too, not only its tunnels"
        checked={draft.isLocalToo}
        onChange={(event) => onChange({ isLocalToo: event.currentTarget.checked })}
        data-testid="fault-local"
      />
    );
  if (aim.kind !== "namespace") return null;
  return (
    <>
      <SegmentedControl
        fullWidth
        size="xs"
        mb="sm"
        value={draft.scope}
        onChange={(scope) => onChange({ scope: scope as FaultScope, side: [] })}
        aria-label="What it strikes"
        data={[
          { value: "nodes", label: "Split the nodes" },
          { value: "pods", label: "Split the pods" },
          { value: "labels", label: "Wires by label" },
        ]}
        data-testid="fault-scope"
      />
      {draft.scope === "labels" ? (
        <TextInput
          mb="sm"
          label="Labels of the wires"
          placeholder="tier=core, side=left"
          value={draft.labels}
          onChange={(event) => onChange({ labels: event.currentTarget.value })}
          data-testid="fault-labels"
        />
      ) : (
        <Side key={draft.scope} scope={draft.scope} side={draft.side} onChange={(side) => onChange({ side })} />
      )}
    </>
  );
}

function Side(props: { scope: "nodes" | "pods"; side: readonly string[]; onChange: (side: string[]) => void }) {
  const { scope, side, onChange } = props;
  const things = useTopology((state) => state.stream[scope]);
  const names = useMemo(() => [...things.keys()].sort(), [things]);
  return (
    <MultiSelect
      mb="sm"
      size="xs"
      label="One side"
      description="All others are the other side"
      data={names}
      value={[...side]}
      onChange={onChange}
      searchable
      limit={80}
      comboboxProps={{ withinPortal: true }}
      data-testid="fault-side"
    />
  );
}
