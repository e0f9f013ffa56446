import { useRunView } from "../../state/runs-store.js";
import { RunView } from "./run-view.js";
import { RunsList } from "./runs-list.js";
import { ScenarioEditor } from "./scenario-editor.js";

/** Scenarios and their runs at the left, the one that is written or watched at the right. */
export function RunsTab() {
  const view = useRunView((state) => state.view);
  return (
    <div className="runs" data-testid="runs">
      <RunsList />
      <div className="runs-main">
        {view.kind === "none" && (
          <p className="empty-note">
            A scenario breaks and mends things in steps, checks what should hold, and measures what was lost meanwhile.
            Choose one, or write a new one.
          </p>
        )}
        {view.kind === "editor" && <ScenarioEditor key={view.name ?? ""} name={view.name} initial={view.text} />}
        {view.kind === "run" && <RunView key={view.name} name={view.name} />}
      </div>
    </div>
  );
}
