import type { Change, List } from "@ratchet/contracts";
import { type Context, json, line } from "../context.js";
import { CtlError } from "../ctl-error.js";
import { type Target, waitFor } from "../settle.js";
import type { WaitOptions } from "./link-state.js";

const LOOK_BACK = 200;

/** Reverts a change: the one named, or the newest that can be. */
export async function undo(context: Context, id: string | undefined, options: WaitOptions): Promise<void> {
  const wanted = id ?? (await newest(context));
  const change = await context.api.post<Change>(`/api/v1/changes/${encodeURIComponent(wanted)}/revert`);
  if (options.wait) await waitFor(context, targetsOf(change), options.timeout);
  if (context.isJson) return json(context, change);
  line(context, `undone: ${change.kind} ${change.namespace ?? ""}/${change.name} (change ${wanted})`);
}

function targetsOf({ kind, namespace, name, after }: Change): Target[] {
  if (namespace === null || (kind !== "Pod" && kind !== "Link")) return [];
  return [{ kind, namespace, name, want: after === null ? "absent" : "settled" }];
}

async function newest(context: Context): Promise<string> {
  const query = new URLSearchParams({ namespace: context.namespace, limit: String(LOOK_BACK) });
  const { items } = await context.api.get<List<Change>>(`/api/v1/changes?${query}`);
  const change = chooseUndo(items, context.actor);
  if (change === undefined) throw new CtlError(`nothing to undo in namespace ${context.namespace}`);
  return change.id;
}

/** Own changes come before others'. What is an undo, or is undone already, is passed over. `changes`: newest first. */
export function chooseUndo(changes: readonly Change[], actor: string): Change | undefined {
  const undone = new Set(changes.map((change) => change.revertOf));
  const open = changes.filter((change) => change.revertOf === undefined && !undone.has(change.id));
  return open.find((change) => change.actor === actor) ?? open[0];
}
