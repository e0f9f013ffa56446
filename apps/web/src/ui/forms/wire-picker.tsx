import { Button, Group, Select } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useStage } from "../../canvas/stage-context.js";
import { middle } from "../../graph/point.js";
import { namesOf } from "../../graph/selection.js";
import { useModel } from "../../state/model-store.js";
import { ui, useUi } from "../../state/ui-store.js";

/** Both ends of a new wire by typing; the mouse may draw it at the same time. */
export function WirePicker() {
  const isOpen = useUi((state) => state.popup?.kind === "wire-picker");
  return isOpen ? <Picker /> : null;
}

function Picker() {
  const model = useModel((state) => state.model);
  const stage = useStage();
  const [first, second] = namesOf(useUi.getState().selection, "pod");
  const [from, setFrom] = useState<string | null>(first ?? null);
  const [to, setTo] = useState<string | null>(second ?? null);
  const pods = [...model.pods.values()].map((pod) => pod.name).sort();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (from === null || to === null || !stage) return;
    const [a, b] = [from, to].map((name) => stage.scene.pods.get(`pod/${name}`));
    const at = a && b ? middle(a, b) : { x: 0, y: 0 };
    ui.open({ kind: "wire-form", from: `pod/${from}`, to: `pod/${to}`, at });
  };
  const field = {
    size: "xs" as const,
    searchable: true,
    nothingFoundMessage: "No such pod",
    selectFirstOptionOnChange: true,
  };
  return (
    <form
      className="float"
      style={{ position: "absolute", top: 12, left: 12, zIndex: 5, padding: 12, width: 300 }}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        ui.tool("select");
      }}
      aria-label="New wire"
      data-overlay
      data-testid="wire-picker"
    >
      <Group grow gap={10}>
        <Select {...field} label="From" data={pods} value={from} onChange={setFrom} autoFocus data-testid="wire-from" />
        <Select
          {...field}
          label="To"
          data={pods.filter((name) => name !== from)}
          value={to}
          onChange={setTo}
          data-testid="wire-to"
        />
      </Group>
      <Group justify="space-between" mt={10} wrap="nowrap">
        <span className="soft" style={{ fontSize: 12 }}>
          Or drag from pod to pod
        </span>
        <Button type="submit" disabled={from === null || to === null} data-testid="wire-next">
          Next
        </Button>
      </Group>
    </form>
  );
}
