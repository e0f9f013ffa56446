import { IconDatabaseOff, IconPlugConnectedX } from "@tabler/icons-react";
import { useTopology } from "../state/topology-store.js";
import { clockTime } from "./time.js";

/** Says that nobody answers, since when, and what that means. */
export function Banner() {
  const phase = useTopology((state) => state.phase);
  const lastWordAt = useTopology((state) => (state.phase === "silent" ? state.lastWordAt : null));
  const staleSince = useTopology((state) => state.staleSince);
  if (phase !== "silent" && staleSince !== null) return <StaleBanner since={staleSince} />;
  if (phase !== "silent") return null;
  const time = lastWordAt === null ? null : clockTime(new Date(lastWordAt).toISOString());
  return (
    <div className="banner" role="alert" data-testid="banner" data-overlay>
      <IconPlugConnectedX size={19} color="var(--down)" style={{ flex: "none" }} />
      <span>
        <b>No word from the server</b>
        {time && ` since ${time}`}. What you see may be old; editing is off until it is back.
      </span>
    </div>
  );
}

/** The server is there, its store is not: what was asked for is as last known, and nothing can be asked for. */
function StaleBanner({ since }: { since: string }) {
  return (
    <div className="banner" data-kind="stale" role="alert" data-testid="stale-banner" data-overlay>
      <IconDatabaseOff size={19} color="var(--degraded)" style={{ flex: "none" }} />
      <span>
        <b>The store has not answered since {clockTime(since)}</b>. Wires go on as they are. What was asked for is shown
        as it was then; editing is off until it is back.
      </span>
    </div>
  );
}
