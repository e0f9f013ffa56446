import { verbs } from "../api/verbs.js";
import { useTopology } from "../state/topology-store.js";
import { toastDone } from "./toast.js";
import { remember, undoEntry, undoKey } from "./undo.js";

/** Applies a file to the namespace that is looked at. Throws ProblemError when refused. */
export async function applyExample(name: string, yaml: string): Promise<void> {
  const { body, changes } = await verbs.apply(useTopology.getState().namespace, yaml);
  const made = body.plan.filter((step) => step.action !== "unchanged").length;
  const label = `Applied ${name}`;
  if (made === 0) {
    toastDone(`${name} is already there, nothing to change`);
    return;
  }
  const entry = { label, changes };
  if (changes.length > 0) remember(entry);
  toastDone(
    `${label}, ${made} objects`,
    changes.length > 0 ? { key: undoKey(entry), run: () => undoEntry(entry) } : undefined,
  );
}
