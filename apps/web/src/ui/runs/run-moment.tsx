import { Button } from "@mantine/core";
import { type Moment, secondsText } from "../../graph/run-timeline.js";

interface Props {
  moment: Moment;
  isFollowing: boolean;
  isOver: boolean;
  onFollow: () => void;
}

const PROBE_COLOR = { answers: "var(--ready)", loses: "var(--down)", unknown: "var(--unknown)" } as const;

/** What went on where the cursor stands. Always two lines high, so that nothing jumps while one goes along. */
export function RunMoment({ moment, isFollowing, isOver, onFollow }: Props) {
  return (
    <div className="moment" data-testid="moment">
      <b className="num moment-time">{secondsText(moment.atMs, 1)}</b>
      <div className="moment-what">
        <div>
          {moment.steps.length === 0 ? (
            <span className="soft">between steps</span>
          ) : (
            moment.steps.map((bar) => bar.name).join(", ")
          )}
        </div>
        <div className="soft">{moment.event}</div>
      </div>
      <div className="moment-probes">
        {moment.probes.map(({ name, state }) => (
          <span key={name} style={{ color: PROBE_COLOR[state] }} data-testid={`moment-${name}`} data-state={state}>
            {name} {state}
          </span>
        ))}
      </div>
      <Button size="compact-xs" variant="default" disabled={isFollowing} onClick={onFollow}>
        {isOver ? "To the end" : "Follow"}
      </Button>
    </div>
  );
}
