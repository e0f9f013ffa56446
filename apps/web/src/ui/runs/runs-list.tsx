import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { API_VERSION, type Run, type Scenario } from "@ratchet/contracts";
import { IconPlayerPlay, IconPlus } from "@tabler/icons-react";
import { runScenario } from "../../actions/run-actions.js";
import { scenarioTemplate } from "../../graph/scenario-template.js";
import { useRunList, useScenarios } from "../../hooks/use-runs.js";
import { runView, useRunView } from "../../state/runs-store.js";
import { isEditable, useTopology } from "../../state/topology-store.js";
import { clockTime } from "../time.js";
import { PhaseMark } from "./phase-mark.js";

/** What can be run, and what was. */
export function RunsList() {
  const scenarios = useScenarios();
  const runs = useRunList();
  const canEdit = useTopology(isEditable);
  return (
    <nav className="runs-list" aria-label="Scenarios and runs">
      <div className="runs-head">
        <h3>Scenarios</h3>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconPlus size={13} />}
          onClick={() => runView.edit(null, scenarioTemplate(useTopology.getState().stream.links.values()))}
          data-testid="scenario-new"
        >
          New
        </Button>
      </div>
      {scenarios.map((scenario) => (
        <ScenarioRow key={scenario.metadata.uid} scenario={scenario} canEdit={canEdit} />
      ))}
      {scenarios.length === 0 && <p className="soft runs-none">None kept in this namespace.</p>}
      <div className="runs-head">
        <h3>Runs</h3>
      </div>
      {runs.map((run) => (
        <RunRow key={run.metadata.uid} run={run} />
      ))}
      {runs.length === 0 && <p className="soft runs-none">None yet.</p>}
    </nav>
  );
}

function ScenarioRow({ scenario, canEdit }: { scenario: Scenario; canEdit: boolean }) {
  const { name, labels, annotations } = scenario.metadata;
  const isShown = useRunView(({ view }) => view.kind === "editor" && view.name === name);
  const edit = async () => {
    const { dump } = await import("js-yaml");
    const metadata = {
      name,
      ...(Object.keys(labels).length > 0 ? { labels } : {}),
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    };
    runView.edit(
      name,
      dump(
        { apiVersion: API_VERSION, kind: "Scenario", metadata, spec: scenario.spec },
        { lineWidth: 100, flowLevel: 4 },
      ),
    );
  };
  return (
    <div className="runs-row" data-current={isShown}>
      <button
        type="button"
        className="runs-item"
        onClick={() => void edit()}
        data-testid="scenario"
        data-scenario={name}
      >
        {name}
      </button>
      <Tooltip label={`Run ${name}`}>
        <ActionIcon
          size="sm"
          disabled={!canEdit}
          aria-label={`Run ${name}`}
          onClick={() => void runScenario(name)}
          data-testid="scenario-run"
        >
          <IconPlayerPlay size={15} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

function RunRow({ run }: { run: Run }) {
  const { name, createdAt } = run.metadata;
  const isShown = useRunView(({ view }) => view.kind === "run" && view.name === name);
  return (
    <div className="runs-row" data-current={isShown}>
      <button
        type="button"
        className="runs-item"
        onClick={() => runView.show(name)}
        data-testid="run"
        data-run={name}
        data-phase={run.status.phase}
      >
        <PhaseMark phase={run.status.phase} />
        <span className="runs-name">
          {run.spec.scenario} <span className="sr-only">{run.status.phase}</span>
        </span>
        <time className="soft num" dateTime={createdAt}>
          {clockTime(createdAt)}
        </time>
      </button>
    </div>
  );
}
