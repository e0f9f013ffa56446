import { Button, CloseButton, Group, Text } from "@mantine/core";
import { useEffect } from "react";
import { Anchored } from "../canvas/anchored.js";
import { useStage } from "../canvas/stage-context.js";
import { pointAt } from "../graph/wire-path.js";
import { ui, useUi } from "../state/ui-store.js";

const SHOWN_MS = 12_000;

/** Why something was refused, in the API's words, beside the thing it concerns. */
export function RefusalBubble() {
  const refusal = useUi((state) => state.refusal);
  const stage = useStage();
  useEffect(() => {
    if (!refusal) return;
    const timer = window.setTimeout(() => ui.refuse(null), SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [refusal]);
  if (!refusal || !stage) return null;
  const place = () => {
    const wire = stage.scene.wires.get(refusal.id);
    if (wire) return pointAt(wire.path, 0.5);
    const pod = stage.scene.pods.get(refusal.id);
    if (pod) return { x: pod.x, y: pod.y + pod.height / 2 };
    const { zoom, pan, width } = stage.view;
    return { x: (width / 2 - 170 - pan.x) / zoom, y: (24 - pan.y) / zoom };
  };
  return (
    <Anchored at={place} offset={{ x: 12, y: 18 }} align="inside" className="float refusal" style={{ zIndex: 8 }}>
      <div role="alert" data-testid="refusal">
        <Group justify="space-between" align="start" wrap="nowrap" gap="xs">
          <Text size="sm" fw={620}>
            {refusal.title}
          </Text>
          <CloseButton size="sm" aria-label="Close" onClick={() => ui.refuse(null)} />
        </Group>
        <span className="soft">{refusal.reason}</span>
        {refusal.retry && (
          <Button
            mt={8}
            size="compact-sm"
            variant="default"
            display="block"
            onClick={() => {
              ui.refuse(null);
              refusal.retry?.();
            }}
            data-testid="refusal-retry"
          >
            Try again
          </Button>
        )}
      </div>
    </Anchored>
  );
}
