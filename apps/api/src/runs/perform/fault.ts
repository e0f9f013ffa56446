import { setTimeout as sleep } from "node:timers/promises";
import { FaultInput, type FaultSpec, type FaultStep, keys, RUN_LABEL } from "@ratchet/contracts";
import { endOf } from "../../faults/fault-end.js";
import type { FaultRecord, Undo } from "../../state/records.js";
import type { Bench } from "../bench.js";
import { StepFailure } from "../step-failure.js";

/** As FaultSpec says. */
const SHORTEST_SECONDS = 0.05;
/** A fault is in force within milliseconds where agents are connected; others are told of and not waited for. */
const IN_FORCE_WITHIN_MS = 3000;
const LOOK_EVERY_MS = 10;

type FaultUndo = Extract<Undo, { kind: "fault" }>;

/** Begins a fault that ends with the run's deadline at the latest, and waits until agents have it. */
export async function breakOnPurpose(
  { name, durationSeconds, ...asked }: FaultStep,
  bench: Bench,
  signal: AbortSignal,
): Promise<string> {
  return beginFault(asked, { as: name ?? null, link: null }, durationSeconds, bench, signal);
}

export async function beginFault(
  asked: Omit<FaultSpec, "durationSeconds">,
  known: Pick<FaultUndo, "as" | "link">,
  askedSeconds: number | undefined,
  bench: Bench,
  signal: AbortSignal,
): Promise<string> {
  const { core, namespace, run, actor } = bench;
  const seconds = Math.min(askedSeconds ?? Number.POSITIVE_INFINITY, bench.remainingMs() / 1000);
  if (seconds < SHORTEST_SECONDS) throw new StepFailure("the run's deadline has come");
  const name = bench.nameFault();
  const reason = asked.reason ?? `run ${run}`;
  const input = FaultInput.parse({
    metadata: { name, labels: { [RUN_LABEL]: run } },
    spec: { ...asked, durationSeconds: seconds, reason },
  });
  await bench.willChange({ kind: "fault", name, ...known });
  await core.intents.create(namespace, { kind: "Fault", input }, { actor });
  return inForce(keys.fault(namespace, name), bench, signal);
}

async function inForce(key: string, { core }: Bench, signal: AbortSignal): Promise<string> {
  const untilMs = performance.now() + IN_FORCE_WITHIN_MS;
  for (;;) {
    const fault = core.observer.fault(key);
    const { phase, nodes, links } = fault?.status ?? { phase: "Ended", nodes: [], links: [] };
    if (phase === "Error") {
      throw new StepFailure(nodes.find((node) => node.message !== "")?.message ?? "the agents cannot bring it about");
    }
    const what = links.length === 0 ? "" : `on ${links.join(", ")}`;
    if (phase === "Active" || phase === "Ended") return what;
    if (performance.now() > untilMs) {
      const silent = nodes.filter((node) => node.phase !== "Active").map(({ node }) => node);
      return `${what}, not in force yet on ${silent.join(", ")}`;
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}

/** Ends faults of this run: those of a step by its name, or all. */
export async function healSteps(which: string, bench: Bench): Promise<string> {
  const faults = bench.undo.filter((undo): undo is FaultUndo => undo.kind === "fault");
  const chosen = which === "*" ? faults : faults.filter(({ as }) => as === which);
  if (chosen.length === 0 && which !== "*") throw new StepFailure(`fault step ${which} has not begun`);
  const healed = await healFaults(
    chosen.map(({ name }) => name),
    bench,
  );
  return healed.length === 0 ? "had ended" : `healed ${healed.join(", ")}`;
}

/** Ends those that still act, in one transaction; answers which. */
export async function healFaults(
  names: readonly string[],
  { core, namespace, actor }: Pick<Bench, "core" | "namespace" | "actor">,
): Promise<string[]> {
  if (names.length === 0) return [];
  const { result } = await core.intents.run({ actor }, (draft) => {
    const now = new Date().toISOString();
    const edits = names.flatMap((name) => {
      const key = keys.fault(namespace, name);
      const record = draft.stored<FaultRecord>(key)?.data;
      return record === undefined || record.end !== null ? [] : [endOf(key, record, "healed", now)];
    });
    return { result: edits.map(({ before }) => before?.name ?? ""), edits };
  });
  return result;
}
