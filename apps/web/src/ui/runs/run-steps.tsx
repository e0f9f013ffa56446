import type { RunStep } from "@ratchet/contracts";
import { lengthText, secondsText } from "../../graph/run-timeline.js";
import { StepMark } from "./phase-mark.js";

interface Props {
  steps: readonly RunStep[];
  /** Ids of those under way at the moment that is looked at. */
  current: ReadonlySet<string>;
  onPoint: (atMs: number) => void;
}

/** Every step with its outcome; one that began leads to its moment. */
export function RunSteps({ steps, current, onPoint }: Props) {
  return (
    <div className="run-steps" data-testid="run-steps">
      {steps.map((step) => (
        <button
          type="button"
          key={step.id}
          className="run-step"
          data-current={current.has(step.id)}
          data-state={step.state}
          disabled={step.startedMs === null}
          onClick={() => step.startedMs !== null && onPoint(step.startedMs)}
          data-testid="run-step"
        >
          <StepMark state={step.state} />
          <span className="run-step-name">
            {step.name} <span className="sr-only">{step.state}</span>
            {step.message !== "" && (
              <span className="soft" style={step.state === "failed" ? { color: "var(--down)" } : {}}>
                {step.message}
              </span>
            )}
          </span>
          <span className="soft num">
            {step.startedMs !== null && secondsText(step.startedMs, 1)}
            {step.startedMs !== null && step.endedMs !== null && ` + ${lengthText(step.endedMs - step.startedMs)}`}
          </span>
        </button>
      ))}
    </div>
  );
}
