import { Button, Group, NativeSelect } from "@mantine/core";
import type { Run } from "@ratchet/contracts";
import { IconPencil, IconPlayerStop, IconReportAnalytics, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { cancelRun, deleteRun } from "../../actions/run-actions.js";
import { isRunOver, lengthText, momentOf, runTimeline } from "../../graph/run-timeline.js";
import { useRunList } from "../../hooks/use-runs.js";
import { useServerClock } from "../../hooks/use-server-clock.js";
import { runView, useRuns } from "../../state/runs-store.js";
import { isEditable, useTopology } from "../../state/topology-store.js";
import { PhaseMark, phaseColor } from "./phase-mark.js";
import { RunComparisonTable } from "./run-comparison.js";
import { RunMoment } from "./run-moment.js";
import { RunProbes } from "./run-probes.js";
import { RunSteps } from "./run-steps.js";
import { RunTimeline } from "./run-timeline.js";

/** How often the cursor of a run that goes on moves. */
const LIVE_MS = 200;

/** One run as it goes, or as it went: a timeline one can go along, the steps, and what the probes saw. */
export function RunView({ name }: { name: string }) {
  const run = useRuns((state) => state.runs.get(name));
  if (run === undefined) return <p className="empty-note">This run is not there any more.</p>;
  return <Shown run={run} />;
}

function Shown({ run }: { run: Run }) {
  const isOver = isRunOver(run);
  const now = useServerClock(!isOver, LIVE_MS);
  /** Where somebody looks; null: at the newest. */
  const [pointed, setPointed] = useState<number | null>(null);
  const [other, setOther] = useState("");
  const timeline = runTimeline(run, now);
  const atMs = Math.min(pointed ?? timeline.endMs, timeline.endMs);
  const moment = momentOf(run, timeline, atMs);
  const current = new Set(moment.steps.map((bar) => bar.id));
  return (
    <div className="run" data-testid="run-view" data-phase={run.status.phase}>
      <Head run={run} lengthMs={timeline.endMs} other={other} onOther={setOther} />
      {run.status.message !== "" && (
        <p className="run-message" style={{ color: phaseColor(run.status.phase) }} data-testid="run-message">
          {run.status.message}
        </p>
      )}
      <RunTimeline run={run} timeline={timeline} atMs={atMs} onPoint={setPointed} />
      <RunMoment moment={moment} isFollowing={pointed === null} isOver={isOver} onFollow={() => setPointed(null)} />
      {other !== "" && <RunComparisonTable name={run.metadata.name} other={other} />}
      <div className="run-columns">
        <RunSteps steps={run.status.steps} current={current} onPoint={setPointed} />
        <RunProbes probes={run.status.probes} />
      </div>
    </div>
  );
}

function Head(props: { run: Run; lengthMs: number; other: string; onOther: (name: string) => void }) {
  const { run, lengthMs, other, onOther } = props;
  const { name } = run.metadata;
  const canEdit = useTopology(isEditable);
  const isOver = isRunOver(run);
  const earlier = useRunList().filter(
    (own) => own.metadata.name !== name && own.spec.scenario === run.spec.scenario && isRunOver(own),
  );
  return (
    <Group gap={10} wrap="wrap" className="run-head">
      <PhaseMark phase={run.status.phase} />
      <b data-testid="run-phase" style={{ color: phaseColor(run.status.phase) }}>
        {run.status.phase === "TearingDown" ? "Tearing down" : run.status.phase}
      </b>
      <span style={{ fontWeight: 600 }}>{run.spec.scenario}</span>
      <span className="soft num">
        {lengthText(lengthMs)}, seed {run.spec.seed}, by {run.status.by}
      </span>
      <div className="header-space" />
      {!isOver && (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={15} />}
          disabled={!canEdit}
          onClick={() => void cancelRun(name)}
          data-testid="run-cancel"
        >
          Cancel and heal
        </Button>
      )}
      {isOver && earlier.length > 0 && (
        <NativeSelect
          size="xs"
          aria-label="Compare with an earlier run"
          value={other}
          onChange={(event) => onOther(event.currentTarget.value)}
          data={[{ value: "", label: "Compare with" }, ...earlier.map((own) => own.metadata.name)]}
          data-testid="run-compare"
        />
      )}
      {isOver && (
        <Button
          variant="default"
          leftSection={<IconReportAnalytics size={15} />}
          onClick={() => runView.report(name)}
          data-testid="run-report"
        >
          Report
        </Button>
      )}
      <Button variant="subtle" color="gray" leftSection={<IconPencil size={15} />} onClick={() => void again(run)}>
        Edit
      </Button>
      {isOver && (
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconTrash size={15} />}
          disabled={!canEdit}
          onClick={() => void deleteRun(name)}
        >
          Forget
        </Button>
      )}
    </Group>
  );
}

/** The scenario as this run had it, to be changed and run again. */
async function again({ spec }: Run): Promise<void> {
  const { dump } = await import("js-yaml");
  const document = {
    apiVersion: "ratchet.network/v1alpha1",
    kind: "Scenario",
    metadata: { name: spec.scenario },
    spec: spec.source,
  };
  runView.edit(null, dump(document, { lineWidth: 100, flowLevel: 4 }));
}
