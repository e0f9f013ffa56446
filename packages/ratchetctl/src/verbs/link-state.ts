import type { Link } from "@ratchet/contracts";
import { objectPath } from "../api/paths.js";
import { type Context, json, line } from "../context.js";
import { settledTarget, waitFor } from "../settle.js";

export interface WaitOptions {
  wait: boolean;
  timeout: number;
}

/** Cuts wires (`down`) or restores them (`up`). */
export async function setState(context: Context, names: readonly string[], state: "up" | "down", options: WaitOptions) {
  for (const name of names) {
    const path = objectPath("links", context.namespace, name);
    const link = await context.api.patch<Link>(path, { spec: { state } });
    if (options.wait) await waitFor(context, [settledTarget(link)], options.timeout);
    if (context.isJson) json(context, link);
    else line(context, `Link ${context.namespace}/${name} ${state === "down" ? "cut" : "restored"}`);
  }
}
