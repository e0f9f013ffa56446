import { Button, Group, Modal, SegmentedControl, Select, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { reroute } from "../../actions/link-actions.js";
import { reasonOf } from "../../api/problem-error.js";
import type { WireModel } from "../../graph/model.js";
import { rerouteRefusal } from "../../graph/refusal.js";
import { suggestInterface, takenInterfaces } from "../../graph/suggest-interface.js";
import { useModel } from "../../state/model-store.js";
import { useTopology } from "../../state/topology-store.js";
import { ui, useUi } from "../../state/ui-store.js";
import { parseAddresses } from "./address-list.js";

/** Re-route by keyboard: which end, to which pod, under which name. */
export function ReroutePicker() {
  const name = useUi((state) => (state.popup?.kind === "reroute-picker" ? state.popup.wire : null));
  const wire = useModel((state) => (name === null ? undefined : state.model.wires.get(`link/${name}`)));
  return (
    <Modal opened={wire !== undefined} onClose={ui.close} title={`Re-route ${name ?? ""}`}>
      {wire && <Fields key={wire.id} wire={wire} />}
    </Modal>
  );
}

function Fields({ wire }: { wire: WireModel }) {
  const model = useModel((state) => state.model);
  const [end, setEnd] = useState<0 | 1>(1);
  const [pod, setPod] = useState<string | null>(null);
  const [ifName, setIfName] = useState("");
  const [addresses, setAddresses] = useState("");
  const [error, setError] = useState<string | null>(null);
  const pods = [...model.pods.values()]
    .filter((candidate) => rerouteRefusal(model, wire.id, end, candidate.id) === undefined)
    .map((candidate) => candidate.name)
    .sort();

  const choose = (name: string | null) => {
    setPod(name);
    setError(null);
    if (name === null) return;
    const taken = takenInterfaces(useTopology.getState().stream, name);
    const same = wire.ends[end].interface;
    setIfName(taken.has(same) ? suggestInterface(taken) : same);
    setAddresses(wire.ends[end].addresses.join(", "));
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (pod === null) return setError("Choose a pod");
    const parsed = parseAddresses(addresses);
    if ("problem" in parsed) return setError(parsed.problem);
    const refused = await reroute(wire.name, end, { pod, interface: ifName, addresses: parsed.addresses });
    if (refused === undefined) return ui.close();
    ui.refuse(null);
    setError(reasonOf(refused));
  };
  return (
    <form onSubmit={submit} data-testid="reroute-picker">
      <SegmentedControl
        fullWidth
        size="xs"
        value={String(end)}
        onChange={(value) => {
          setEnd(value === "0" ? 0 : 1);
          setPod(null);
        }}
        aria-label="Which end moves"
        data={wire.ends.map((own, index) => ({
          value: String(index),
          label: `${own.pod.slice("pod/".length)}:${own.interface}`,
        }))}
      />
      <Select
        mt="sm"
        size="xs"
        label="To pod"
        data={pods}
        value={pod}
        onChange={choose}
        searchable
        selectFirstOptionOnChange
        placeholder="Type to find"
        nothingFoundMessage="No other pod"
        data-autofocus
        data-testid="reroute-pod"
      />
      <Group grow mt="sm" align="start">
        <TextInput
          label="Interface"
          value={ifName}
          onChange={(event) => setIfName(event.currentTarget.value)}
          data-testid="reroute-interface"
        />
        <TextInput
          label="Addresses"
          placeholder="none"
          value={addresses}
          onChange={(event) => setAddresses(event.currentTarget.value)}
        />
      </Group>
      {error && (
        <p role="alert" style={{ color: "var(--down)", fontSize: 13, whiteSpace: "pre-line" }}>
          {error}
        </p>
      )}
      <Group justify="end" mt="md" gap={8}>
        <Button variant="default" onClick={ui.close}>
          Cancel
        </Button>
        <Button type="submit" data-testid="reroute-submit">
          Re-route
        </Button>
      </Group>
    </form>
  );
}
