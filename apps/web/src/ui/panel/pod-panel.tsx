import { Badge, Button, Group } from "@mantine/core";
import type { Pod } from "@ratchet/contracts";
import { IconPlayerPlay, IconPower, IconTrash } from "@tabler/icons-react";
import { deletePods, isManaged, setRun } from "../../actions/pod-actions.js";
import { isEditable, useTopology } from "../../state/topology-store.js";
import { ui } from "../../state/ui-store.js";
import { FaultSection } from "../faults/fault-section.js";
import { CopyLine } from "./copy-line.js";
import { Facts } from "./facts.js";
import { History } from "./history.js";
import { Section } from "./section.js";
import { ThingEvents } from "./thing-events.js";

export function PodPanel({ name }: { name: string }) {
  const pod = useTopology((state) => state.stream.pods.get(name));
  const isLive = useTopology((state) => state.phase === "live");
  const canEdit = useTopology(isEditable);
  if (!pod) return <p className="soft">A link names this pod, and nobody has made it yet.</p>;
  const { spec, status } = pod;
  const phase = isLive ? status.phase : "Unknown";
  return (
    <>
      <Group justify="space-between" mt={10}>
        <span data-testid="panel-state" style={{ color: PHASE_COLOR[phase], fontWeight: 600 }}>
          {phase}
        </span>
        {status.node && (
          <Button size="compact-xs" variant="subtle" color="gray" onClick={() => ui.selectOne(`node/${status.node}`)}>
            on {status.node}
          </Button>
        )}
      </Group>
      {status.message !== "" && <p style={{ margin: "8px 0 0", color: "var(--degraded)" }}>{status.message}</p>}
      <Group gap={6} mt={12}>
        {isManaged(name) && (
          <>
            {phase !== "Gone" && (
              <Button
                variant="default"
                leftSection={<IconPower size={15} />}
                disabled={!canEdit}
                onClick={() => void setRun([name], "kill")}
                data-testid="panel-kill"
              >
                Kill
              </Button>
            )}
            <Button
              variant="default"
              leftSection={<IconPlayerPlay size={15} />}
              disabled={!canEdit}
              onClick={() => void setRun([name], "restart")}
              data-testid="panel-restart"
            >
              Restart
            </Button>
          </>
        )}
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconTrash size={15} />}
          disabled={!canEdit}
          onClick={() => void deletePods([name])}
          data-testid="panel-delete"
        >
          Delete
        </Button>
      </Group>
      <FaultSection
        aim={{ kind: "pods", names: [name] }}
        concerns={({ spec, status }) =>
          ("pod" in spec.target && spec.target.pod === name) || status.pods.includes(name)
        }
      />
      <Section title={`Interfaces (${status.interfaces.length})`}>
        {status.interfaces.length === 0 && <p className="soft">None yet.</p>}
        {status.interfaces.map((item) => (
          <InterfaceRow key={item.name} item={item} isLive={isLive} />
        ))}
      </Section>
      <Section title="In the terminal">
        {status.netns ? (
          <>
            <CopyLine text={`nsenter --net=${status.netns} ip -d link`} label="Copy: its interfaces" />
            <CopyLine text={`nsenter --net=${status.netns} ip route`} label="Copy: its routes" />
          </>
        ) : (
          <p className="soft">No namespace yet.</p>
        )}
        <CopyLine text={`bin/ratchetctl -n ${pod.metadata.namespace} exec ${name} -- ip -br address`} label="Copy" />
      </Section>
      <Section title="Pod">
        <Facts label="The pod" facts={podFacts(pod)} />
      </Section>
      {Object.keys(spec.sysctls ?? {}).length > 0 && (
        <Section title="Sysctls">
          <Facts
            label="Sysctls"
            facts={Object.entries(spec.sysctls ?? {}).map(([key, value]) => ({
              name: key,
              value: <span className="mono">{value}</span>,
            }))}
          />
        </Section>
      )}
      <ThingEvents kind="Pod" name={name} />
      <History kind="Pod" name={name} revision={pod.metadata.revision} />
    </>
  );
}

const PHASE_COLOR = {
  Ready: "var(--ready)",
  Pending: "var(--pending)",
  Gone: "var(--down)",
  Unknown: "var(--unknown)",
} as const;

function podFacts({ metadata, spec, status }: Pod) {
  const labels = Object.entries(metadata.labels);
  return [
    { name: "source", value: "cni" in (spec.sandbox ?? {}) ? "Kubernetes" : null },
    { name: "node", value: status.node },
    { name: "netns", value: status.netns && <span className="mono">{status.netns}</span> },
    { name: "loopback", value: spec.loopback?.length ? <span className="mono">{spec.loopback.join(" ")}</span> : null },
    { name: "revision", value: metadata.revision },
    {
      name: "labels",
      value:
        labels.length === 0 ? null : (
          <Group gap={4}>
            {labels.map(([key, value]) => (
              <Badge key={key} size="sm" variant="default" tt="none" fw={450}>
                {key}={value}
              </Badge>
            ))}
          </Group>
        ),
    },
  ];
}

function InterfaceRow({ item, isLive }: { item: Pod["status"]["interfaces"][number]; isLive: boolean }) {
  const carrier = !isLive || item.carrier === null ? "unknown" : item.carrier ? "carrier" : "no carrier";
  const color =
    carrier === "no carrier" ? "var(--down)" : carrier === "carrier" ? "var(--text-soft)" : "var(--unknown)";
  return (
    <div
      style={{ padding: "7px 0", borderTop: "1px solid color-mix(in srgb, var(--line) 60%, transparent)" }}
      data-testid="pod-interface"
    >
      <Group justify="space-between" wrap="nowrap" gap={8}>
        <span className="mono" style={{ fontWeight: 620 }}>
          {item.name}
        </span>
        <span style={{ color }}>{carrier}</span>
      </Group>
      {item.addresses.length > 0 && <div className="mono">{item.addresses.join(" ")}</div>}
      <div className="mono soft">
        {[
          item.mac,
          item.mtu === null ? null : `mtu ${item.mtu}`,
          item.ifIndex === null ? null : `index ${item.ifIndex}`,
        ]
          .filter((text) => text !== null)
          .join("  ")}
      </div>
      {item.link && (
        <Button size="compact-xs" variant="subtle" ml={-7} onClick={() => ui.selectOne(`link/${item.link}`)}>
          {item.link}
        </Button>
      )}
    </div>
  );
}
