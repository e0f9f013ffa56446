import {
  createSpotlight,
  Spotlight,
  type SpotlightActionData,
  type SpotlightActionGroupData,
} from "@mantine/spotlight";
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconArrowsSplit,
  IconBandage,
  IconBolt,
  IconBox,
  IconBoxPadding,
  IconFocusCentered,
  IconKeyboard,
  IconLine,
  IconScissors,
  IconSearch,
  IconSelectAll,
  IconServer2,
} from "@tabler/icons-react";
import { useMemo } from "react";
import { useStage } from "../canvas/stage-context.js";
import { stateWord } from "../graph/wire-state.js";
import { useActions } from "../hooks/use-actions.js";
import { useModel } from "../state/model-store.js";
import { ui } from "../state/ui-store.js";

const [store, spotlight] = createSpotlight();

export const openCommandPalette = () => spotlight.open();

const SHOWN = 12;

/** Ctrl+K: finds pods, wires and nodes by any of their facts, and does what the keys do. */
export function CommandPalette() {
  const model = useModel((state) => state.model);
  const actions = useActions();
  const stage = useStage();
  const groups = useMemo((): SpotlightActionGroupData[] => {
    const show = (id: string, fit: string[]) => () => {
      ui.selectOne(id);
      stage?.adapter.fit(fit, stage.hasMotion, { x: 240, y: 140 });
    };
    const wires = [...model.wires.values()].map((wire): SpotlightActionData => {
      const ends = wire.ends.map((end) => `${end.pod.slice(4)}:${end.interface}`);
      const addresses = wire.ends.flatMap((end) => end.addresses);
      return {
        id: wire.id,
        label: wire.name,
        description: `${ends.join(" to ")} · ${stateWord(wire)}${wire.vni === null ? "" : ` · VNI ${wire.vni}`}`,
        keywords: [...ends, ...addresses, String(wire.vni ?? ""), stateWord(wire)],
        leftSection: <IconLine size={18} />,
        onClick: show(wire.id, [wire.ends[0].pod, wire.ends[1].pod]),
      };
    });
    const pods = [...model.pods.values()].map(
      (pod): SpotlightActionData => ({
        id: pod.id,
        label: pod.name,
        description: `pod${pod.box ? ` on ${pod.box.slice(5)}` : ""} · ${pod.phase.toLowerCase()}`,
        leftSection: <IconBox size={18} />,
        onClick: show(pod.id, [pod.id]),
      }),
    );
    const nodes = [...model.boxes.values()].map(
      (box): SpotlightActionData => ({
        id: box.id,
        label: box.name,
        description: `node · ${box.podCount} pods`,
        leftSection: <IconServer2 size={18} />,
        onClick: show(box.id, [box.id]),
      }),
    );
    const command = (id: string, label: string, key: string, icon: typeof IconBox, onClick: () => void) => {
      const Icon = icon;
      return {
        id,
        label,
        onClick,
        leftSection: <Icon size={18} />,
        rightSection: <kbd className="key">{key}</kbd>,
      } satisfies SpotlightActionData;
    };
    return [
      {
        group: "Commands",
        actions: [
          command("wire", "Draw a wire", "w", IconLine, actions.wire),
          command("pod", "Place a pod", "p", IconBoxPadding, actions.pod),
          command("cut", "Cut or restore the selected wires", "x", IconScissors, actions.cut),
          command("reroute", "Re-route the selected wire", "r", IconArrowsSplit, actions.reroute),
          command("break", "Break the selected on purpose", "b", IconBolt, actions.break),
          command("heal", "Heal everything: end all faults", "h", IconBandage, actions.heal),
          command("undo", "Undo", "Ctrl Z", IconArrowBackUp, actions.undo),
          command("redo", "Redo", "Ctrl Shift Z", IconArrowForwardUp, actions.redo),
          command("all", "Select all", "Ctrl A", IconSelectAll, actions.selectAll),
          command("fit", "Show everything", "f", IconFocusCentered, actions.fit),
          command("keys", "Show all keys", "?", IconKeyboard, actions.keys),
        ],
      },
      { group: "Wires", actions: wires },
      { group: "Pods", actions: pods },
      { group: "Nodes", actions: nodes },
    ];
  }, [model, actions, stage]);
  return (
    <Spotlight
      store={store}
      actions={groups}
      shortcut={null}
      limit={SHOWN}
      highlightQuery
      scrollable
      maxHeight={440}
      nothingFound="Nothing of that name"
      searchProps={{
        leftSection: <IconSearch size={18} />,
        placeholder: "Find a pod, a wire, an address, a VNI, or a command",
        "aria-label": "Search",
      }}
      data-testid="palette"
    />
  );
}
