import { Menu } from "@mantine/core";
import {
  IconArrowsSplit,
  IconBandage,
  IconBolt,
  IconCopy,
  IconPlugConnected,
  IconScissors,
  IconTrash,
} from "@tabler/icons-react";
import { endFault } from "../../actions/fault-actions.js";
import { deleteLinks, setState } from "../../actions/link-actions.js";
import { useModel } from "../../state/model-store.js";
import { isEditable, useTopology } from "../../state/topology-store.js";
import { ui } from "../../state/ui-store.js";
import { ImpairItems } from "./impair-items.js";
import { Item } from "./item.js";

/** More are ended from the list of faults. */
const FAULTS_SHOWN = 3;

export function LinkItems({ name }: { name: string }) {
  const wire = useModel((state) => state.model.wires.get(`link/${name}`));
  const link = useTopology((state) => state.stream.links.get(name));
  const isStale = !useTopology(isEditable);
  if (!wire) return null;
  return (
    <>
      <Menu.Label>{name}</Menu.Label>
      {wire.isCut ? (
        <Item
          icon={IconPlugConnected}
          label="Restore"
          shortcut="x"
          isDisabled={isStale}
          testId="menu-restore"
          onClick={() => void setState([name], "up")}
        />
      ) : (
        <Item
          icon={IconScissors}
          label="Cut"
          shortcut="x"
          isDisabled={isStale}
          testId="menu-cut"
          onClick={() => void setState([name], "down")}
        />
      )}
      <Item
        icon={IconArrowsSplit}
        label="Re-route an end"
        shortcut="r"
        isDisabled={isStale}
        testId="menu-reroute"
        onClick={() => ui.open({ kind: "reroute-picker", wire: name })}
      />
      {link && <ImpairItems link={link} isDisabled={isStale} />}
      <Item
        icon={IconBolt}
        label="Break on purpose"
        shortcut="b"
        isDisabled={isStale}
        testId="menu-break"
        onClick={() => ui.open({ kind: "fault-form", aim: { kind: "links", names: [name] } })}
      />
      {wire.faults.slice(0, FAULTS_SHOWN).map((fault) => (
        <Item
          key={fault.name}
          icon={IconBandage}
          label={`End ${fault.type === "down" ? "the outage" : `the ${fault.type}`}`}
          isDisabled={isStale}
          testId="menu-end"
          onClick={() => void endFault(fault.name)}
        />
      ))}
      <Item icon={IconCopy} label="Copy name" onClick={() => void navigator.clipboard.writeText(name)} />
      <Menu.Divider />
      <Item
        icon={IconTrash}
        label="Delete"
        shortcut="Del"
        isDangerous
        isDisabled={isStale}
        testId="menu-delete"
        onClick={() => void deleteLinks([name])}
      />
    </>
  );
}
