import type { Fault } from "@ratchet/contracts";
import { remainingText } from "../../graph/running-faults.js";
import { useServerClock } from "../../hooks/use-server-clock.js";

/** What is left of a running fault, as text over a line that grows shorter. */
export function Countdown({ fault }: { fault: Fault }) {
  const { endsAt, startedAt } = fault.status;
  const now = useServerClock(endsAt !== null);
  if (endsAt === null) return <span className="countdown soft">waiting</span>;
  const left = Math.max(0, Date.parse(endsAt) - now);
  const whole = startedAt === null ? fault.spec.durationSeconds * 1000 : Date.parse(endsAt) - Date.parse(startedAt);
  const text = remainingText(left);
  return (
    <span className="countdown num" role="timer" aria-label={`${text} left`} data-testid="countdown">
      {text}
      <i style={{ transform: `scaleX(${whole > 0 ? Math.min(1, left / whole) : 0})` }} />
    </span>
  );
}
