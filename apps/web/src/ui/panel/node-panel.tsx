import { Button, Group } from "@mantine/core";
import { useShallow } from "zustand/react/shallow";
import { useModel } from "../../state/model-store.js";
import { useTopology } from "../../state/topology-store.js";
import { ui } from "../../state/ui-store.js";
import { FaultSection } from "../faults/fault-section.js";
import { clockTime } from "../time.js";
import { CopyLine } from "./copy-line.js";
import { Facts } from "./facts.js";
import { Section } from "./section.js";
import { ThingEvents } from "./thing-events.js";

export function NodePanel({ name }: { name: string }) {
  const node = useTopology((state) => state.stream.nodes.get(name));
  const isLive = useTopology((state) => state.phase === "live");
  const pods = useModel(
    useShallow(({ model }) =>
      [...model.pods.values()].filter((pod) => pod.box === `node/${name}`).map((pod) => pod.name),
    ),
  );
  if (!node) return null;
  const { spec, status, metadata } = node;
  const isReady = isLive && status.phase === "Ready";
  return (
    <>
      <Group justify="space-between" mt={10}>
        <span data-testid="panel-state" style={{ color: isReady ? "var(--ready)" : "var(--unknown)", fontWeight: 600 }}>
          {isReady ? "Ready" : "Unknown"}
        </span>
        {!isReady && status.lastSeen && <span className="soft">last seen {clockTime(status.lastSeen)}</span>}
      </Group>
      <FaultSection
        aim={{ kind: "node", name }}
        concerns={({ spec: { target } }) =>
          ("node" in target && target.node === name) || ("nodes" in target && target.nodes.includes(name))
        }
      />
      <Section title="Underlay">
        <Facts
          label="Underlay"
          facts={[
            { name: "VTEP", value: <span className="mono">{spec.vtepAddress}</span> },
            { name: "parent", value: <span className="mono">{spec.parentInterface}</span> },
            { name: "MTU", value: spec.underlayMtu },
            { name: "UDP port", value: spec.vxlanPort },
          ]}
        />
      </Section>
      <Section title="Host">
        <Facts
          label="Host"
          facts={[
            { name: "kernel", value: status.kernel },
            { name: "agent", value: status.agentVersion },
            { name: "panel", value: status.panelNetns && <span className="mono">{status.panelNetns}</span> },
            { name: "netem", value: status.capabilities && (status.capabilities.netem ? "yes" : "not in this kernel") },
            {
              name: "labels",
              value: Object.entries(metadata.labels)
                .map(([key, value]) => `${key}=${value}`)
                .join(", "),
            },
          ]}
        />
      </Section>
      {status.panelNetns && (
        <Section title="In the terminal">
          <CopyLine text={`nsenter --net=${status.panelNetns} ip -d link`} label="Copy: ports and tunnels" />
          <CopyLine text={`nsenter --net=${status.panelNetns} tc -s filter show`} label="Copy: cross-connects" />
        </Section>
      )}
      <Section title={`Pods (${pods.length})`}>
        <Group gap={4}>
          {pods.map((pod) => (
            <Button key={pod} size="compact-xs" variant="default" onClick={() => ui.selectOne(`pod/${pod}`)}>
              {pod}
            </Button>
          ))}
          {pods.length === 0 && <span className="soft">None in this namespace.</span>}
        </Group>
      </Section>
      <ThingEvents kind="Node" name={name} />
    </>
  );
}
