import type { RunPhase, RunStep } from "@ratchet/contracts";
import {
  IconBan,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconClock,
  IconLoader2,
  type IconProps,
  IconRotate2,
} from "@tabler/icons-react";
import type { ComponentType } from "react";

type Look = [icon: ComponentType<IconProps>, color: string];

const PHASES: Record<RunPhase, Look> = {
  Pending: [IconClock, "var(--pending)"],
  Running: [IconLoader2, "var(--pending)"],
  TearingDown: [IconRotate2, "var(--pending)"],
  Passed: [IconCircleCheck, "var(--ready)"],
  Failed: [IconCircleX, "var(--down)"],
  Cancelled: [IconBan, "var(--unknown)"],
};
const STEPS: Record<RunStep["state"], Look> = {
  pending: [IconCircleDashed, "var(--unknown)"],
  running: [IconLoader2, "var(--pending)"],
  passed: [IconCircleCheck, "var(--ready)"],
  failed: [IconCircleX, "var(--down)"],
  skipped: [IconCircleDashed, "var(--unknown)"],
  cancelled: [IconBan, "var(--unknown)"],
};

export const phaseColor = (phase: RunPhase) => PHASES[phase][1];
export const stepColor = (state: RunStep["state"]) => STEPS[state][1];

/** How a run stands. */
export function PhaseMark({ phase }: { phase: RunPhase }) {
  return <Mark look={PHASES[phase]} isTurning={phase === "Running"} />;
}

export function StepMark({ state }: { state: RunStep["state"] }) {
  return <Mark look={STEPS[state]} isTurning={state === "running"} />;
}

function Mark({ look: [Icon, color], isTurning }: { look: Look; isTurning: boolean }) {
  return (
    <Icon size={16} color={color} style={{ flex: "none" }} className={isTurning ? "turning" : ""} aria-hidden="true" />
  );
}
