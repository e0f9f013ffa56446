import type { Run } from "@ratchet/contracts";
import { create } from "zustand";

/** Runs of the namespace looked at, by name. */
export const useRuns = create<{ runs: ReadonlyMap<string, Run> }>(() => ({ runs: new Map() }));

export function hearRun(run: Run): void {
  useRuns.setState(({ runs }) => {
    const known = runs.get(run.metadata.name);
    // A list that was asked for earlier may come later than a frame.
    if (known !== undefined && known.metadata.uid === run.metadata.uid && progress(known) > progress(run))
      return { runs };
    return { runs: new Map(runs).set(run.metadata.name, run) };
  });
}

/** Moves with every step and event of a run. */
function progress({ status, metadata }: Run): number {
  const steps = status.steps.filter((step) => step.startedMs !== null).length;
  const ended = status.steps.filter((step) => step.endedMs !== null).length;
  return metadata.revision + steps + ended + status.events.length + (status.endedAt === null ? 0 : 1_000_000);
}

export function forgetRun(name: string): void {
  useRuns.setState(({ runs }) => {
    const next = new Map(runs);
    next.delete(name);
    return { runs: next };
  });
}

/** Everything there is, as just listed. */
export function takeRuns(list: readonly Run[]): void {
  useRuns.setState(({ runs }) => {
    const next = new Map(list.map((run) => [run.metadata.name, run]));
    for (const [name, known] of runs) {
      const listed = next.get(name);
      if (listed !== undefined && progress(known) > progress(listed)) next.set(name, known);
    }
    return { runs: next };
  });
}

/** What the scenario tab shows at its right. */
export type RunView =
  | { kind: "none" }
  /** `name`: of the stored scenario the text is of; null: of none yet. */
  | { kind: "editor"; name: string | null; text: string }
  | { kind: "run"; name: string };

export const useRunView = create<{ view: RunView; report: string | null }>(() => ({
  view: { kind: "none" },
  report: null,
}));

export const runView = {
  show: (name: string) => useRunView.setState({ view: { kind: "run", name } }),
  edit: (name: string | null, text: string) => useRunView.setState({ view: { kind: "editor", name, text } }),
  none: () => useRunView.setState({ view: { kind: "none" }, report: null }),
  report: (report: string | null) => useRunView.setState({ report }),
};
