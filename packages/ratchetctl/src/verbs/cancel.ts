import type { Run } from "@ratchet/contracts";
import { actionPath } from "../api/paths.js";
import { type Context, json, line } from "../context.js";

/** Ends runs: each is torn down, and what it changed is put back. Does not wait for that. */
export async function cancel(context: Context, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const run = await context.api.post<Run>(actionPath("runs", context.namespace, name, "cancel"));
    if (context.isJson) json(context, run);
    else line(context, `Run ${context.namespace}/${name} is told to end (${run.status.phase})`);
  }
}
