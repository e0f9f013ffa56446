import { Button, Group } from "@mantine/core";
import type { Link } from "@ratchet/contracts";
import { IconArrowsSplit, IconPlugConnected, IconScissors, IconTrash } from "@tabler/icons-react";
import { deleteLinks, setState } from "../../actions/link-actions.js";
import { linkSource } from "../../graph/link-source.js";
import { stateWord } from "../../graph/wire-state.js";
import { useModel } from "../../state/model-store.js";
import { isEditable, useTopology } from "../../state/topology-store.js";
import { ui } from "../../state/ui-store.js";
import { FaultSection } from "../faults/fault-section.js";
import { ImpairSection } from "../impair/impair-section.js";
import { StateLabel } from "../state-mark.js";
import { clockTime } from "../time.js";
import { PingSection } from "../traffic/ping-section.js";
import { TrafficSection } from "../traffic/traffic-section.js";
import { CarrierSection } from "./carrier-section.js";
import { type ComparedFact, ComparedFacts, Facts } from "./facts.js";
import { History } from "./history.js";
import { LinkCommands } from "./link-commands.js";
import { EndSection } from "./link-end-section.js";
import { Section } from "./section.js";
import { SourceNote } from "./source-note.js";
import { ThingEvents } from "./thing-events.js";

/** A wire: what was asked beside what the kernel has, its ends, and what happened to it. */
export function LinkPanel({ name }: { name: string }) {
  const link = useTopology((state) => state.stream.links.get(name));
  const wire = useModel((state) => state.model.wires.get(`link/${name}`));
  const isLive = useTopology((state) => state.phase === "live");
  const canEdit = useTopology(isEditable);
  if (!link || !wire) return <p className="soft">On its way.</p>;
  const { status } = link;
  return (
    <>
      <Group justify="space-between" mt={10} wrap="nowrap">
        <span data-testid="panel-state">
          <StateLabel word={stateWord(wire)} text={phaseText(link, isLive)} />
        </span>
        <span className="soft num" style={{ fontSize: 12 }}>
          {isLive && sinceText(link)}
        </span>
      </Group>
      {wire.message !== "" && isLive && (
        <p style={{ margin: "8px 0 0", color: `var(--${wire.state})` }} data-testid="panel-message">
          {wire.message}
        </p>
      )}
      <SourceNote source={linkSource(link)} />
      <Group gap={6} mt={12}>
        <Button
          variant="default"
          leftSection={wire.isCut ? <IconPlugConnected size={15} /> : <IconScissors size={15} />}
          disabled={!canEdit}
          onClick={() => void setState([name], wire.isCut ? "up" : "down")}
          data-testid="panel-cut"
        >
          {wire.isCut ? "Restore" : "Cut"}
        </Button>
        <Button
          variant="default"
          leftSection={<IconArrowsSplit size={15} />}
          disabled={!canEdit}
          onClick={() => ui.open({ kind: "reroute-picker", wire: name })}
          data-testid="panel-reroute"
        >
          Re-route
        </Button>
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconTrash size={15} />}
          disabled={!canEdit}
          onClick={() => void deleteLinks([name])}
          data-testid="panel-delete"
        >
          Delete
        </Button>
      </Group>
      <TrafficSection link={link} />
      <PingSection link={link} />
      <ImpairSection link={link} />
      <FaultSection aim={{ kind: "links", names: [name] }} concerns={(fault) => fault.status.links.includes(name)} />
      <Section title="Wire">
        <ComparedFacts facts={wireFacts(link, isLive)} label="The wire, asked and observed" />
      </Section>
      <CarrierSection link={link} />
      {([0, 1] as const).map((index) => (
        <EndSection key={index} link={link} index={index} isLive={isLive} />
      ))}
      <ThingEvents kind="Link" name={name} />
      <History kind="Link" name={name} revision={link.metadata.revision} />
      <Section title="In the terminal">
        <LinkCommands link={link} />
      </Section>
      <Section title="Object">
        <Facts
          label="The object"
          facts={[
            { name: "revision", value: `${link.metadata.revision}, programmed ${status.observedRevision}` },
            { name: "created", value: clockTime(link.metadata.createdAt) },
            { name: "uid", value: <span className="mono">{link.metadata.uid}</span> },
          ]}
        />
      </Section>
    </>
  );
}

function phaseText({ spec, status }: Link, isLive: boolean): string {
  if (!isLive) return "Unknown";
  return status.phase === "Down" && spec.state === "down" ? "Cut" : status.phase;
}

/** Since when the wire says what it says about its carrier. */
function sinceText({ status }: Link): string {
  const since = (status.conditions.find((item) => /ready|up|carrier/i.test(item.type)) ?? status.conditions[0])?.since;
  return since === undefined ? "" : `since ${clockTime(since)}`;
}

function wireFacts({ spec, status }: Link, isLive: boolean): ComparedFact[] {
  const seen = <T,>(value: T | null) => (isLive ? value : null);
  return [
    {
      name: "state",
      asked: spec.state,
      observed: seen(status.phase.toLowerCase()),
      isDifferent: isLive && spec.state === "up" && status.phase === "Down",
    },
    { name: "transport", asked: spec.transport === "auto" ? null : spec.transport, observed: seen(status.transport) },
    {
      name: "VNI",
      asked: spec.vni ?? null,
      observed: isLive ? (status.vni ?? (status.transport === "veth" ? "none" : null)) : null,
    },
    {
      name: "MTU",
      asked: spec.mtu ?? null,
      observed: seen(status.mtu),
      isDifferent: isLive && spec.mtu !== undefined && status.mtu !== null && spec.mtu !== status.mtu,
    },
  ];
}
