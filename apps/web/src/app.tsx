import { useEffect } from "react";
import { CanvasView } from "./canvas/canvas-view.js";
import { StageProvider } from "./canvas/stage-context.js";
import { useActions } from "./hooks/use-actions.js";
import { useLiveTopology } from "./hooks/use-live-topology.js";
import { useRunsSync } from "./hooks/use-runs.js";
import { useShortcuts } from "./hooks/use-shortcuts.js";
import { useUrlState } from "./hooks/use-url-state.js";
import { deriveModel } from "./state/model-store.js";
import { useUi } from "./state/ui-store.js";
import { CommandPalette } from "./ui/command-palette.js";
import { Dock } from "./ui/dock/dock.js";
import { FaultForm } from "./ui/faults/fault-form.js";
import { Header } from "./ui/header.js";
import { KeysHelp } from "./ui/keys-help.js";
import { SidePanel } from "./ui/panel/side-panel.js";
import { ReportWindow } from "./ui/runs/report-window.js";
import { SignIn } from "./ui/sign-in.js";
import { ToolsBar } from "./ui/tools-bar.js";
import { ConnectHost } from "./ui/welcome/connect-host.js";
import { ExamplePicker } from "./ui/welcome/example-picker.js";

export function App() {
  return (
    <StageProvider>
      <Page />
    </StageProvider>
  );
}

function Page() {
  const namespace = useUrlState();
  useLiveTopology(namespace);
  useRunsSync();
  useEffect(deriveModel, []);
  const actions = useActions();
  useShortcuts(actions);
  const announcement = useUi((state) => state.announcement);
  return (
    <div className="app">
      <Header />
      <ToolsBar />
      <CanvasView />
      <SidePanel />
      <Dock />
      <CommandPalette />
      <KeysHelp />
      <FaultForm />
      <ReportWindow />
      <ExamplePicker />
      <ConnectHost />
      <SignIn />
      <div className="sr-only" role="status" aria-live="polite">
        {announcement}
      </div>
    </div>
  );
}
