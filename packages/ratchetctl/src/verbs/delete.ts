import type { Link, Pod } from "@ratchet/contracts";
import { objectPath } from "../api/paths.js";
import { type Context, json, line } from "../context.js";
import { UsageError } from "../ctl-error.js";
import { splitReference } from "../kinds.js";

/** Deletes objects of one kind by name. */
export async function remove(context: Context, kind: string, names: readonly string[]): Promise<void> {
  const reference = splitReference(kind, kind.includes("/") ? names[0] : undefined);
  const wanted = reference.name === undefined ? names : [reference.name];
  if (wanted.length === 0) throw new UsageError("delete needs a name");
  if (reference.plural === "nodes")
    throw new UsageError("nodes come and go with their agents: none can be deleted here");
  for (const name of wanted) {
    const object = await context.api.delete<Link | Pod>(objectPath(reference.plural, context.namespace, name));
    if (context.isJson) json(context, object);
    else line(context, `${object.kind} ${object.metadata.namespace}/${name} deleted`);
  }
}
