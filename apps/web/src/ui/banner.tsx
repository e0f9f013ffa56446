import { IconPlugConnectedX } from "@tabler/icons-react";
import { useTopology } from "../state/topology-store.js";
import { clockTime } from "./time.js";

/** Says that nobody answers, since when, and what that means. */
export function Banner() {
  const phase = useTopology((state) => state.phase);
  const lastWordAt = useTopology((state) => (state.phase === "silent" ? state.lastWordAt : null));
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
