import { Button, Group } from "@mantine/core";
import { IconPlayerPlay, IconPlugConnected, IconPower, IconScissors, IconTrash } from "@tabler/icons-react";
import { setState } from "../../actions/link-actions.js";
import { isManaged, setRun } from "../../actions/pod-actions.js";
import { deleteSelection } from "../../actions/selection-actions.js";
import { namesOf } from "../../graph/selection.js";
import { STATE_WORDS, stateWord } from "../../graph/wire-state.js";
import { useModel } from "../../state/model-store.js";
import { isEditable, useTopology } from "../../state/topology-store.js";
import { ui, useUi } from "../../state/ui-store.js";
import { StateLabel } from "../state-mark.js";
import { Section } from "./section.js";

/** Several things: how many of what, and what can be done to all. */
export function ManyPanel() {
  const selection = useUi((state) => state.selection);
  const model = useModel((state) => state.model);
  const isLive = useTopology(isEditable);
  const links = namesOf(selection, "link");
  const pods = namesOf(selection, "pod");
  const managed = pods.filter(isManaged);
  const words = links.flatMap((name) => {
    const wire = model.wires.get(`link/${name}`);
    return wire ? [stateWord(wire)] : [];
  });
  return (
    <div data-testid="panel-many">
      {links.length > 0 && (
        <Section title={`Wires (${links.length})`}>
          <Group gap={14} mb={10}>
            {STATE_WORDS.filter((word) => words.includes(word)).map((word) => (
              <StateLabel key={word} word={word} text={`${words.filter((own) => own === word).length} ${word}`} />
            ))}
          </Group>
          <Group gap={6}>
            <Button
              variant="default"
              leftSection={<IconScissors size={15} />}
              disabled={!isLive}
              onClick={() => void setState(links, "down")}
              data-testid="many-cut"
            >
              Cut
            </Button>
            <Button
              variant="default"
              leftSection={<IconPlugConnected size={15} />}
              disabled={!isLive}
              onClick={() => void setState(links, "up")}
              data-testid="many-restore"
            >
              Restore
            </Button>
          </Group>
        </Section>
      )}
      {pods.length > 0 && (
        <Section title={`Pods (${pods.length})`}>
          <Group gap={6}>
            {managed.length > 0 && (
              <>
                <Button
                  variant="default"
                  leftSection={<IconPower size={15} />}
                  disabled={!isLive}
                  onClick={() => void setRun(managed, "kill")}
                >
                  Kill
                </Button>
                <Button
                  variant="default"
                  leftSection={<IconPlayerPlay size={15} />}
                  disabled={!isLive}
                  onClick={() => void setRun(managed, "restart")}
                >
                  Restart
                </Button>
              </>
            )}
            {pods.length === 2 && (
              <Button
                variant="default"
                disabled={!isLive}
                onClick={() => {
                  ui.tool("wire");
                  ui.open({ kind: "wire-picker" });
                }}
              >
                Wire these two
              </Button>
            )}
          </Group>
        </Section>
      )}
      <Section title="All">
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconTrash size={15} />}
          disabled={!isLive}
          onClick={() => void deleteSelection(selection)}
          data-testid="many-delete"
        >
          Delete all {selection.size}
        </Button>
      </Section>
    </div>
  );
}
