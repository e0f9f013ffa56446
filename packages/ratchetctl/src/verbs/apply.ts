import type { ApplyResult, PlanStep } from "@ratchet/contracts";
import { type Context, json } from "../context.js";
import { UsageError } from "../ctl-error.js";
import { planText } from "../output/plan.js";
import { type Target, waitFor } from "../settle.js";
import { readManifests } from "./read-manifests.js";

export interface ApplyOptions {
  file: string[];
  dryRun?: boolean;
  prune?: string;
  wait: boolean;
  timeout: number;
}

/** Applies files whole or not at all, prints the plan, and waits until the kernel has it. */
export async function apply(context: Context, options: ApplyOptions): Promise<void> {
  if (options.file.length === 0) throw new UsageError("apply needs -f FILE (- is stdin)");
  const manifest = await readManifests(options.file, context.streams.stdin);
  const query = new URLSearchParams({ namespace: context.namespace });
  if (options.dryRun === true) query.set("dryRun", "true");
  if (options.prune !== undefined) query.set("prune", options.prune);
  const result = await context.api.postYaml<ApplyResult>(`/api/v1/apply?${query}`, manifest);
  if (context.isJson) json(context, result);
  else {
    const text = planText(result.plan, context.paint);
    context.streams.out(result.dryRun ? `${text.trimEnd()} (dry run: nothing was changed)\n` : text);
  }
  if (!result.dryRun && options.wait) await waitFor(context, result.plan.flatMap(targetOf), options.timeout);
}

function targetOf({ action, kind, namespace, name }: PlanStep): Target[] {
  if (action === "unchanged" || (kind !== "Pod" && kind !== "Link")) return [];
  return [{ kind, namespace, name, want: action === "delete" ? "absent" : "settled" }];
}
