import { verbs } from "../api/verbs.js";
import { useTopology } from "../state/topology-store.js";
import { toastDone } from "./toast.js";
import { remember } from "./undo.js";

/** Applies a file to the namespace that is looked at. Throws ProblemError when refused. */
export async function applyExample(name: string, yaml: string): Promise<void> {
  const { body, changes } = await verbs.apply(useTopology.getState().namespace, yaml);
  const made = body.plan.filter((step) => step.action !== "unchanged").length;
  const label = `Applied ${name}`;
  if (changes.length > 0) remember({ label, changes });
  toastDone(made === 0 ? `${name} is already there, nothing to change` : `${label}: ${made} objects changed`);
}
