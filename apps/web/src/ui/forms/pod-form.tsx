import { Button, Group, Select, TextInput } from "@mantine/core";
import { Name } from "@ratchet/contracts";
import { type FormEvent, useState } from "react";
import { createPod } from "../../actions/pod-actions.js";
import { saveLayout } from "../../actions/save-layout.js";
import { selectWhenThere } from "../../actions/select-when-there.js";
import { reasonOf } from "../../api/problem-error.js";
import { Anchored } from "../../canvas/anchored.js";
import { useStage } from "../../canvas/stage-context.js";
import { placeNear } from "../../graph/place-new.js";
import { suggestPodName } from "../../graph/suggest-name.js";
import { useModel } from "../../state/model-store.js";
import { useTopology } from "../../state/topology-store.js";
import { type Popup, ui, useUi } from "../../state/ui-store.js";
import { parseAddresses } from "./address-list.js";

/** A new managed pod where the canvas was clicked. */
export function PodForm() {
  const popup = useUi((state) => state.popup);
  return popup?.kind === "pod-form" ? <Form key={`${popup.at.x} ${popup.at.y}`} popup={popup} /> : null;
}

const ROLES = [
  { value: "", label: "None" },
  { value: "router", label: "Router" },
  { value: "switch", label: "Switch" },
  { value: "host", label: "Host" },
  { value: "server", label: "Server" },
  { value: "firewall", label: "Firewall" },
];
const FORWARDING = { "net.ipv4.ip_forward": "1", "net.ipv6.conf.all.forwarding": "1" };

function Form({ popup }: { popup: Extract<Popup, { kind: "pod-form" }> }) {
  const nodes = useModel((state) =>
    [...state.model.boxes.values()]
      .map((box) => box.name)
      .sort()
      .join(" "),
  );
  const names = nodes === "" ? [] : nodes.split(" ");
  const [name, setName] = useState(() => suggestPodName(new Set(useTopology.getState().stream.pods.keys())));
  const [node, setNode] = useState<string | null>(popup.node ?? (names.length === 1 ? (names[0] ?? null) : null));
  const [role, setRole] = useState<string | null>("");
  const [loopback, setLoopback] = useState("");
  const stage = useStage();
  const [error, setError] = useState<string | null>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const parsedName = Name.safeParse(name);
    if (!parsedName.success) return setError(`The name ${parsedName.error.issues[0]?.message ?? "is not valid"}`);
    if (node === null) return setError("Choose a node");
    const parsed = parseAddresses(loopback);
    if ("problem" in parsed) return setError(parsed.problem);
    // Where it was clicked is where it appears, for everyone.
    if (stage) {
      const place = placeNear(useModel.getState().model, (id) => stage.adapter.placeOf(id), name, popup.at);
      saveLayout({ ...stage.adapter.places(), [`pod/${name}`]: place });
    }
    const refused = await createPod({
      name,
      ...(role ? { labels: { role } } : {}),
      spec: {
        node,
        sandbox: { managed: true },
        ...(role === "router" ? { sysctls: FORWARDING } : {}),
        ...(parsed.addresses.length > 0 ? { loopback: parsed.addresses } : {}),
      },
    });
    if (refused === undefined) {
      ui.tool("select");
      selectWhenThere(`pod/${name}`);
      return;
    }
    ui.refuse(null);
    setError(reasonOf(refused));
  };
  return (
    <Anchored at={() => popup.at} offset={{ x: 14, y: 14 }} align="inside" style={{ zIndex: 9 }}>
      <form
        className="float form"
        style={{ width: 300 }}
        onSubmit={submit}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          ui.close();
        }}
        aria-label="New pod"
        data-testid="pod-form"
      >
        <h2 className="panel-title" style={{ marginBottom: 10 }}>
          New pod
        </h2>
        <div className="form-grid">
          <TextInput
            label="Name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            onFocus={(event) => event.currentTarget.select()}
            autoFocus
            data-testid="pod-name"
          />
          <Select
            size="xs"
            label="Node"
            data={names}
            value={node}
            onChange={setNode}
            placeholder={names.length === 0 ? "no node is there" : "Choose"}
            data-testid="pod-node"
          />
          <Select size="xs" label="Role" data={ROLES} value={role} onChange={setRole} allowDeselect={false} />
          <TextInput
            label="Loopback"
            placeholder="none"
            value={loopback}
            onChange={(event) => setLoopback(event.currentTarget.value)}
          />
        </div>
        {error && (
          <p role="alert" style={{ color: "var(--down)", margin: "10px 0 0", whiteSpace: "pre-line" }}>
            {error}
          </p>
        )}
        <Group justify="end" mt={14} gap={8}>
          <Button variant="default" onClick={ui.close}>
            Cancel
          </Button>
          <Button type="submit" data-testid="pod-submit">
            Create
          </Button>
        </Group>
      </form>
    </Anchored>
  );
}
