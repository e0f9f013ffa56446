import type { Change, List } from "@ratchet/contracts";
import { type Context, json } from "../context.js";
import { table } from "../output/table.js";

export interface HistoryOptions {
  limit: number;
  allNamespaces?: boolean;
}

/** Who changed what and when, newest first. */
export async function history(context: Context, options: HistoryOptions): Promise<void> {
  const query = new URLSearchParams({ limit: String(options.limit) });
  if (options.allNamespaces !== true) query.set("namespace", context.namespace);
  const { items } = await context.api.get<List<Change>>(`/api/v1/changes?${query}`);
  if (context.isJson) return json(context, items);
  if (items.length === 0) return context.streams.err("no changes\n");
  const rows = items.map((change) => [
    change.id,
    change.at.replace("T", " ").replace(/\.\d+Z$/, "Z"),
    change.actor,
    change.verb,
    `${change.kind} ${change.namespace === null ? "" : `${change.namespace}/`}${change.name}`,
    change.revertOf === undefined ? "" : `undoes ${change.revertOf}`,
  ]);
  // The last column is often empty: then it is left away instead of dashed.
  const hasUndo = rows.some((row) => row[5] !== "");
  const header = ["ID", "WHEN", "WHO", "WHAT", "OBJECT", ...(hasUndo ? ["NOTE"] : [])];
  context.streams.out(
    table(
      header,
      rows.map((row) => row.slice(0, header.length)),
      context.paint,
    ),
  );
}
