import type { Fault, HealResult } from "@ratchet/contracts";
import { actionPath } from "../api/paths.js";
import { type Context, json, line } from "../context.js";
import { UsageError } from "../ctl-error.js";

/** Ends faults: those named, or everything. */
export async function heal(context: Context, names: readonly string[], { allNamespaces }: { allNamespaces?: boolean }) {
  if (names.length > 0 && allNamespaces) throw new UsageError("names and --all-namespaces cannot be combined");
  for (const name of names) {
    const ended = await context.api.post<Fault>(actionPath("faults", context.namespace, name, "heal"));
    if (context.isJson) json(context, ended);
    else line(context, `Fault ${context.namespace}/${name} ended (${ended.status.ended})`);
  }
  if (names.length > 0) return;
  const path = allNamespaces ? "/api/v1/heal" : `/api/v1/namespaces/${encodeURIComponent(context.namespace)}/heal`;
  const result = await context.api.post<HealResult>(path);
  if (context.isJson) return json(context, result);
  for (const { namespace, name } of result.healed) line(context, `Fault ${namespace}/${name} ended (healed)`);
  if (result.healed.length === 0) context.streams.err("no fault was running\n");
}
