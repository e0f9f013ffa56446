import { ActionIcon, Tooltip } from "@mantine/core";
import { IconArrowBackUp } from "@tabler/icons-react";
import { useState } from "react";
import { revertChange } from "../../actions/undo.js";
import { changeText } from "../../graph/change-text.js";
import { useHistory } from "../../hooks/use-history.js";
import { isEditable, useTopology } from "../../state/topology-store.js";
import { clockTime } from "../time.js";
import { Section } from "./section.js";

interface Props {
  kind: "Link" | "Pod";
  name: string;
  revision: number;
}

/** Who changed it, when and how. Only the newest change can be taken back: the others have been overtaken. */
export function History({ kind, name, revision }: Props) {
  const [reverts, setReverts] = useState(0);
  const changes = useHistory(kind, name, revision + reverts / 1000);
  const isLive = useTopology(isEditable);
  if (!changes || changes.length === 0) return null;
  return (
    <Section title="History">
      <div data-testid="history">
        {changes.map((change, index) => (
          <div className="log-row" key={change.id}>
            <time className="soft num" dateTime={change.at}>
              {clockTime(change.at)}
            </time>
            <span>
              {changeText(change)} <span className="soft">by {change.actor}</span>
            </span>
            {index === 0 && change.before !== null ? (
              <Tooltip label="Take this back">
                <ActionIcon
                  size="sm"
                  disabled={!isLive}
                  aria-label={`Take back: ${changeText(change)}`}
                  onClick={() =>
                    void revertChange(change.id, `Took back ${changeText(change).toLowerCase()} of ${name}`).then(() =>
                      setReverts((count) => count + 1),
                    )
                  }
                  data-testid="revert"
                >
                  <IconArrowBackUp size={15} />
                </ActionIcon>
              </Tooltip>
            ) : (
              <span />
            )}
          </div>
        ))}
      </div>
    </Section>
  );
}
