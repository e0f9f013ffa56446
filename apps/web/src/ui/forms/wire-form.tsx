import { Button, Collapse, Group, NumberInput, SegmentedControl, TextInput } from "@mantine/core";
import { autoFamilies, WireInterfaceName } from "@ratchet/contracts";
import { type FormEvent, useMemo, useState } from "react";
import { createLink } from "../../actions/link-actions.js";
import { selectWhenThere } from "../../actions/select-when-there.js";
import { ProblemError, reasonOf } from "../../api/problem-error.js";
import { Anchored } from "../../canvas/anchored.js";
import { suggestInterface, takenInterfaces } from "../../graph/suggest-interface.js";
import { suggestLinkName } from "../../graph/suggest-name.js";
import { suggestPair, usedPrefixes } from "../../graph/suggest-prefix.js";
import { useTopology } from "../../state/topology-store.js";
import { type Popup, ui, useUi } from "../../state/ui-store.js";
import { type AddressChoice, AddressChoiceInput } from "./address-choice.js";
import { parseAddresses, withoutFamilies } from "./address-list.js";

/** The small form where a drawn wire was dropped: filled in, Enter accepts, Escape leaves. */
export function WireForm() {
  const popup = useUi((state) => state.popup);
  if (popup?.kind !== "wire-form") return null;
  return <Form key={`${popup.from} ${popup.to}`} popup={popup} />;
}

const nameOf = (id: string) => id.slice("pod/".length);

interface End {
  interface: string;
  addresses: string;
}

function Form({ popup }: { popup: Extract<Popup, { kind: "wire-form" }> }) {
  const pods: [string, string] = [nameOf(popup.from), nameOf(popup.to)];
  const first = useMemo(() => suggestionsFor(nameOf(popup.from), nameOf(popup.to)), [popup.from, popup.to]);
  const [ends, setEnds] = useState<[End, End]>(first.ends);
  const [name, setName] = useState(first.name);
  const [choice, setChoice] = useState<AddressChoice>("written");
  const [transport, setTransport] = useState("auto");
  const [mtu, setMtu] = useState<string | number>("");
  const [hasMore, setHasMore] = useState(false);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [isBusy, setIsBusy] = useState(false);

  const setEnd = (index: 0 | 1, change: Partial<End>) => {
    setEnds(([a, b]) => (index === 0 ? [{ ...a, ...change }, b] : [a, { ...b, ...change }]));
    setErrors({});
  };

  // What the pool gives is not written as well; what was suggested comes back with the writing.
  const choose = (chosen: AddressChoice) => {
    const families = chosen === "written" ? [] : autoFamilies(chosen);
    setChoice(chosen);
    setEnds(([a, b]) => {
      const addressesOf = (end: End, index: 0 | 1) =>
        withoutFamilies(chosen === "written" ? end.addresses || first.ends[index].addresses : end.addresses, families);
      return [
        { ...a, addresses: addressesOf(a, 0) },
        { ...b, addresses: addressesOf(b, 1) },
      ];
    });
    setErrors({});
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found = problemsOf(ends);
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    const endpoints = ends.map((end, index) => {
      const parsed = parseAddresses(end.addresses);
      const addresses = "addresses" in parsed ? parsed.addresses : [];
      return { pod: pods[index as 0 | 1], interface: end.interface, ...(addresses.length > 0 ? { addresses } : {}) };
    });
    setIsBusy(true);
    const refused = await createLink({
      name,
      spec: {
        endpoints,
        ...(transport === "auto" ? {} : { transport }),
        ...(mtu === "" ? {} : { mtu: Number(mtu) }),
        ...(choice === "written" ? {} : { autoAddresses: choice }),
      },
    });
    setIsBusy(false);
    if (refused === undefined) {
      ui.close();
      selectWhenThere(`link/${name}`);
      document.querySelector<HTMLElement>(".stage")?.focus({ preventScroll: true });
      return;
    }
    ui.refuse(null);
    setErrors(errorsOf(refused));
  };

  return (
    <Anchored at={() => popup.at} offset={{ x: 14, y: 14 }} align="inside" style={{ zIndex: 9 }}>
      <form
        className="float form"
        onSubmit={submit}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          ui.close();
        }}
        aria-label={`New wire from ${pods[0]} to ${pods[1]}`}
        data-testid="wire-form"
      >
        <h2 className="panel-title" style={{ marginBottom: 10 }}>
          {pods[0]} <span className="soft">to</span> {pods[1]}
        </h2>
        <div className="form-grid">
          {([0, 1] as const).map((index) => (
            <TextInput
              key={`interface-${index}`}
              label={pods[index]}
              description="interface"
              value={ends[index].interface}
              onChange={(event) => setEnd(index, { interface: event.currentTarget.value })}
              error={errors[`interface${index}`]}
              autoFocus={index === 0}
              onFocus={(event) => event.currentTarget.select()}
              styles={MONO_INPUT}
              data-testid={`wire-interface-${index}`}
            />
          ))}
          {([0, 1] as const).map((index) => (
            <TextInput
              key={`addresses-${index}`}
              aria-label={`Addresses of ${pods[index]}`}
              description="addresses"
              placeholder={choice === "written" ? "none" : "from the pool"}
              value={ends[index].addresses}
              onChange={(event) => setEnd(index, { addresses: event.currentTarget.value })}
              error={errors[`addresses${index}`]}
              styles={MONO_INPUT}
              data-testid={`wire-addresses-${index}`}
            />
          ))}
        </div>
        <AddressChoiceInput value={choice} onChange={choose} error={errors.autoAddresses} />
        <Collapse expanded={hasMore}>
          <div className="form-grid" style={{ marginTop: 10 }}>
            <TextInput
              description="name"
              aria-label="Name of the link"
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              error={errors.name}
              data-testid="wire-name"
            />
            <NumberInput
              size="xs"
              description="MTU, bytes"
              aria-label="MTU in bytes"
              placeholder="by the underlay"
              value={mtu}
              onChange={setMtu}
              error={errors.mtu}
              hideControls
            />
          </div>
          <SegmentedControl
            mt={10}
            size="xs"
            fullWidth
            value={transport}
            onChange={setTransport}
            data={[
              { value: "auto", label: "Automatic" },
              { value: "veth", label: "veth" },
              { value: "vxlan", label: "VXLAN" },
            ]}
          />
        </Collapse>
        {errors.form && (
          <p
            role="alert"
            style={{ color: "var(--down)", margin: "10px 0 0", whiteSpace: "pre-line" }}
            data-testid="form-error"
          >
            {errors.form}
          </p>
        )}
        <Group justify="space-between" mt={14}>
          <Button variant="subtle" color="gray" onClick={() => setHasMore((open) => !open)}>
            {hasMore ? "Fewer fields" : "More fields"}
          </Button>
          <Group gap={8}>
            <Button variant="default" onClick={ui.close} data-testid="wire-cancel">
              Cancel
            </Button>
            <Button type="submit" loading={isBusy} data-testid="wire-submit">
              Connect
            </Button>
          </Group>
        </Group>
      </form>
    </Anchored>
  );
}

const MONO_INPUT = { input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 12 } };

function suggestionsFor(from: string, to: string): { ends: [End, End]; name: string } {
  const { stream } = useTopology.getState();
  const pair = suggestPair(usedPrefixes(stream)) ?? ["", ""];
  return {
    ends: [
      { interface: suggestInterface(takenInterfaces(stream, from)), addresses: pair[0] },
      { interface: suggestInterface(takenInterfaces(stream, to)), addresses: pair[1] },
    ],
    name: suggestLinkName(from, to, new Set(stream.links.keys())),
  };
}

function problemsOf(ends: readonly End[]): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const [index, end] of ends.entries()) {
    const result = WireInterfaceName.safeParse(end.interface);
    if (!result.success) problems[`interface${index}`] = result.error.issues[0]?.message ?? "is not an interface name";
    const parsed = parseAddresses(end.addresses);
    if ("problem" in parsed) problems[`addresses${index}`] = parsed.problem;
  }
  return problems;
}

/** Puts the API's field errors beside their fields, the rest below the form. */
function errorsOf(error: unknown): Record<string, string> {
  if (!(error instanceof ProblemError)) return { form: reasonOf(error) };
  const errors: Record<string, string> = {};
  for (const { field, message } of error.problem.errors) {
    const end = /^spec\.endpoints\[([01])\]\.(interface|addresses)/.exec(field);
    if (end) errors[`${end[2]}${end[1]}`] = message;
    else if (field === "metadata.name") errors.name = message;
    else if (field === "spec.mtu") errors.mtu = message;
    else if (field === "spec.autoAddresses") errors.autoAddresses = message;
  }
  const isSaid = Object.values(errors).some((text) => text.includes(error.message) || error.message.includes(text));
  return isSaid ? errors : { ...errors, form: Object.keys(errors).length > 0 ? error.message : error.reason };
}
