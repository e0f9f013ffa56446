import { createContext, type ReactNode, useContext, useMemo, useState } from "react";
import type { Stage } from "./stage.js";

interface StageSlot {
  stage: Stage | null;
  setStage: (stage: Stage | null) => void;
}

const StageContext = createContext<StageSlot>({ stage: null, setStage: () => {} });

/** Gives the rest of the page a way to the canvas, once there is one. */
export function StageProvider({ children }: { children: ReactNode }) {
  const [stage, setStage] = useState<Stage | null>(null);
  const slot = useMemo(() => ({ stage, setStage }), [stage]);
  return <StageContext value={slot}>{children}</StageContext>;
}

export const useStageSlot = () => useContext(StageContext);
export const useStage = () => useContext(StageContext).stage;
