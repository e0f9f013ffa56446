import { ActionIcon, Tooltip } from "@mantine/core";
import { IconPlugConnected, IconScissors } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { setState } from "../actions/link-actions.js";
import { Anchored } from "../canvas/anchored.js";
import { useStage } from "../canvas/stage-context.js";
import { directionAt, pointAt } from "../graph/wire-path.js";
import { useModel } from "../state/model-store.js";
import { isEditable, useTopology } from "../state/topology-store.js";
import { useUi } from "../state/ui-store.js";
import { KeyHint } from "./key-hint.js";

const LINGER_MS = 500;
/** Leaves room for the figures beside the middle of the wire. */
const AWAY_PX = 45;

/** Scissors (or a plug, when it is cut) beside the hovered or the one selected wire. */
export function WireButtons() {
  const hovered = useUi((state) => state.hovered);
  const selection = useUi((state) => state.selection);
  const isFree = useUi((state) => state.popup === null);
  const isLive = useTopology(isEditable);
  const own = wireOf(hovered) ?? (selection.size === 1 ? wireOf([...selection][0] ?? null) : null);
  const shown = useLingering(own);
  const wire = useModel((state) => (shown === null ? undefined : state.model.wires.get(shown)));
  const stage = useStage();
  if (!wire || !isFree || !isLive || !stage) return null;
  const place = () => {
    const path = stage.scene.wires.get(wire.id)?.path;
    if (!path) return undefined;
    const { zoom } = stage.adapter.viewport();
    const at = pointAt(path, 0.5);
    const way = directionAt(path, 0.5);
    const away = AWAY_PX / zoom;
    // Always above or to the right of the line, so that it does not jump about.
    const side = way.x >= 0 ? -1 : 1;
    return { x: at.x - way.y * away * side, y: at.y + way.x * away * side };
  };
  return (
    <Anchored at={place} align="centered">
      <Tooltip label={<KeyHint text={`${wire.isCut ? "Restore" : "Cut"} ${wire.name}`} keys="x" />}>
        <ActionIcon
          className="float"
          variant="default"
          size={30}
          radius="xl"
          aria-label={`${wire.isCut ? "Restore" : "Cut"} ${wire.name}`}
          onClick={() => void setState([wire.name], wire.isCut ? "up" : "down")}
          data-testid="wire-cut"
          data-wire={wire.name}
        >
          {wire.isCut ? <IconPlugConnected size={16} /> : <IconScissors size={16} />}
        </ActionIcon>
      </Tooltip>
    </Anchored>
  );
}

const wireOf = (id: string | null) => (id?.startsWith("link/") ? id : null);

/** Stays a moment, so that the mouse can get from the wire to its button. */
function useLingering(id: string | null): string | null {
  const [shown, setShown] = useState(id);
  useEffect(() => {
    if (id !== null) {
      setShown(id);
      return;
    }
    const timer = window.setTimeout(() => setShown(null), LINGER_MS);
    return () => window.clearTimeout(timer);
  }, [id]);
  return shown;
}
