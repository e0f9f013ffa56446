import type { Pod } from "@ratchet/contracts";
import { actionPath } from "../api/paths.js";
import { type Context, json, line } from "../context.js";
import { waitFor } from "../settle.js";
import type { WaitOptions } from "./link-state.js";

/** Kills managed pods, or starts them anew. */
export async function runPods(
  context: Context,
  names: readonly string[],
  action: "kill" | "restart",
  options: WaitOptions,
): Promise<void> {
  for (const name of names) {
    const pod = await context.api.post<Pod>(actionPath("pods", context.namespace, name, action));
    const { namespace } = context;
    const want = action === "kill" ? "gone-pod" : "settled";
    if (options.wait) await waitFor(context, [{ kind: "Pod", namespace, name, want }], options.timeout);
    if (context.isJson) json(context, pod);
    else line(context, `Pod ${namespace}/${name} ${action === "kill" ? "killed" : "restarted"}`);
  }
}
