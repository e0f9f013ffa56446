import { Button } from "@mantine/core";
import { IconHexagons } from "@tabler/icons-react";
import type { LinkSource } from "../../graph/link-source.js";
import { useTopology } from "../../state/topology-store.js";
import { ui } from "../../state/ui-store.js";

/** Says of a link that Kubernetes wrote where it comes from, and how long an edit of it lasts. */
export function SourceNote({ source }: { source: LinkSource | undefined }) {
  const [, pod = ""] = source?.owner.split("/") ?? [];
  const isHere = useTopology((state) => state.stream.pods.has(pod));
  if (source === undefined) return null;
  return (
    <div className="source-note" data-testid="link-source">
      <IconHexagons size={16} stroke={1.7} style={{ flex: "none", marginTop: 1 }} />
      <div>
        From Kubernetes
        {source.owner !== "" && (
          <>
            , pod{" "}
            {isHere ? (
              <Button size="compact-xs" variant="subtle" px={2} onClick={() => ui.selectOne(`pod/${pod}`)}>
                {source.owner}
              </Button>
            ) : (
              <b>{source.owner}</b>
            )}
          </>
        )}
        <div className="soft">
          Edits here last until that pod is gone{source.podUid !== "" && ` (uid ${source.podUid.slice(0, 8)})`}; its
          next incarnation brings what its manifest says.
        </div>
        {source.problem !== "" && <div style={{ color: "var(--degraded)" }}>{source.problem}</div>}
      </div>
    </div>
  );
}
