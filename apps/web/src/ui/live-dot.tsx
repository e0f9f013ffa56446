import { Tooltip } from "@mantine/core";
import { useTopology } from "../state/topology-store.js";

const WORDS = { connecting: "connecting", live: "live", silent: "no connection" } as const;

export function LiveDot() {
  const phase = useTopology((state) => state.phase);
  const revision = useTopology((state) => state.stream.revision);
  return (
    <Tooltip label={phase === "live" ? `Following live, revision ${revision}` : WORDS[phase]}>
      <output className="live" data-phase={phase} data-testid="live" aria-label={`Connection: ${WORDS[phase]}`}>
        <i className="live-dot" />
        <span>{WORDS[phase]}</span>
      </output>
    </Tooltip>
  );
}
