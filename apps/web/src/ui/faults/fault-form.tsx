import { Button, Checkbox, Group, Modal, SegmentedControl, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { beginFaults } from "../../actions/fault-actions.js";
import { reasonOf } from "../../api/problem-error.js";
import {
  type FaultAim,
  type FaultDraft,
  type FaultKind,
  faultSpecs,
  KIND_LABELS,
  kindsFor,
  NEW_DRAFT,
} from "../../graph/fault-draft.js";
import { useTopology } from "../../state/topology-store.js";
import { type Popup, ui, useUi } from "../../state/ui-store.js";
import { DurationField } from "./duration-field.js";
import { FlapFields } from "./flap-fields.js";
import { ImpairFields } from "./impair-fields.js";
import { RampFields } from "./ramp-fields.js";
import { TargetFields } from "./target-fields.js";
import { WayField } from "./way-field.js";

/** What to break, how, and for how long. */
export function FaultForm() {
  const popup = useUi((state) => (state.popup?.kind === "fault-form" ? state.popup : null));
  return (
    <Modal opened={popup !== null} onClose={ui.close} size={500} title={popup === null ? "" : titleOf(popup.aim)}>
      {popup && <Fields popup={popup} />}
    </Modal>
  );
}

function titleOf(aim: FaultAim): string {
  if (aim.kind === "node") return `Break node ${aim.name} on purpose`;
  if (aim.kind === "namespace") return "Break something on purpose";
  const [first = ""] = aim.names;
  const what = aim.kind === "links" ? "wires" : "pods";
  return `Break ${aim.names.length === 1 ? first : `${aim.names.length} ${what}`} on purpose`;
}

function Fields({ popup }: { popup: Extract<Popup, { kind: "fault-form" }> }) {
  const { aim } = popup;
  const [draft, setDraft] = useState<FaultDraft>(() => ({
    ...NEW_DRAFT,
    kind: popup.as ?? kindsFor(aim, NEW_DRAFT.scope)[0] ?? "down",
  }));
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const kinds = kindsFor(aim, draft.scope);
  const change = (fields: Partial<FaultDraft>) => {
    setError(null);
    setDraft((before) => {
      const next = { ...before, ...fields };
      const possible = kindsFor(aim, next.scope);
      return possible.includes(next.kind) ? next : { ...next, kind: possible[0] ?? "down" };
    });
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { stream } = useTopology.getState();
    const result = faultSpecs(draft, aim, { pods: [...stream.pods.keys()], nodes: [...stream.nodes.keys()] });
    if ("problem" in result) return setError(result.problem);
    setBusy(true);
    const refused = await beginFaults(result.specs);
    setBusy(false);
    if (refused === undefined) ui.close();
    else setError(reasonOf(refused));
  };
  return (
    <form onSubmit={submit} data-testid="fault-form">
      <TargetFields aim={aim} draft={draft} onChange={change} />
      {kinds.length > 1 && (
        <SegmentedControl
          fullWidth
          size="xs"
          mb="sm"
          value={draft.kind}
          onChange={(kind) => change({ kind: kind as FaultKind })}
          aria-label="What happens"
          data={kinds.map((kind) => ({ value: kind, label: KIND_LABELS[kind] }))}
          data-testid="fault-kind"
        />
      )}
      <p className="soft" style={{ margin: "0 0 12px", fontSize: 13 }}>
        {whatHappens(draft.kind, aim)}
      </p>
      {draft.kind === "flap" && <FlapFields draft={draft} onChange={change} />}
      <WayField aim={aim} draft={draft} onChange={change} />
      {draft.kind === "impair" && (
        <ImpairFields fields={draft.impairment} onChange={(impairment) => change({ impairment })} />
      )}
      {draft.kind === "ramp" && <RampFields draft={draft} onChange={change} />}
      {(draft.kind === "flap" || draft.kind === "partition") && (
        <Checkbox
          size="xs"
          mb="sm"
          label="Keep the carrier, swallow frames"
          checked={draft.isSilent}
          onChange={(event) => change({ isSilent: event.currentTarget.checked })}
          data-testid="fault-silent"
        />
      )}
      <DurationField seconds={draft.durationSeconds} onChange={(durationSeconds) => change({ durationSeconds })} />
      <TextInput
        mt="sm"
        label="Why"
        placeholder="For the people who read the history"
        value={draft.reason}
        maxLength={1000}
        onChange={(event) => change({ reason: event.currentTarget.value })}
        data-testid="fault-reason"
      />
      {error && (
        <p
          role="alert"
          style={{ color: "var(--down)", fontSize: 13, whiteSpace: "pre-line" }}
          data-testid="fault-error"
        >
          {error}
        </p>
      )}
      <Group justify="end" mt="md" gap={8}>
        <Button variant="default" onClick={ui.close}>
          Cancel
        </Button>
        <Button type="submit" color="red" loading={isBusy} data-testid="fault-submit">
          Break it
        </Button>
      </Group>
    </form>
  );
}

function whatHappens(kind: FaultKind, aim: FaultAim): string {
  const whose = aim.kind === "node" ? "every tunnel of the node" : aim.kind === "pods" ? "every wire of it" : "it";
  switch (kind) {
    case "down":
      return `The carrier of ${whose} is lost at both ends. It comes back by itself.`;
    case "blackhole":
      return `Frames of ${whose} vanish, and the carrier stays: nobody is told.`;
    case "impair":
      return `Every frame of ${whose} suffers, on top of what it suffers already.`;
    case "ramp":
      return `What ${whose} suffers grows, or shrinks, from the one to the other, and stays there.`;
    case "flap":
      return `The carrier of ${whose} goes and comes in turns.`;
    case "partition":
      return "The carrier of every wire between the two sides is lost.";
    case "control-plane-cut":
      return "The node's agent loses the control plane. Wires go on; only the deadline ends it, for nobody can reach the node.";
  }
}
