import type { Fault, Link, List, Node, Pod, Run, Scenario } from "@ratchet/contracts";
import { listPath, objectPath } from "../api/paths.js";
import { type Context, json } from "../context.js";
import { UsageError } from "../ctl-error.js";
import { type Plural, splitReference } from "../kinds.js";
import { faultsTable, linksTable, nodesTable, podsTable, runsTable, scenariosTable } from "../output/resources.js";

type AnyObject = Node | Pod | Link | Fault | Scenario | Run;

export interface GetOptions {
  selector?: string;
}

/** One object, or the list of a kind. */
export async function get(context: Context, kind: string, name: string | undefined, options: GetOptions) {
  const { plural, name: wanted } = splitReference(kind, name);
  if (wanted !== undefined && options.selector !== undefined) {
    throw new UsageError("a name and --selector cannot be combined");
  }
  if (wanted !== undefined) {
    const object = await context.api.get<AnyObject>(objectPath(plural, context.namespace, wanted));
    if (context.isJson) return json(context, object);
    return context.streams.out(tableOf(context, plural, [object]));
  }
  const query = options.selector === undefined ? "" : `?labelSelector=${encodeURIComponent(options.selector)}`;
  const list = await context.api.get<List<AnyObject>>(`${listPath(plural, context.namespace)}${query}`);
  if (context.isJson) return json(context, list);
  if (list.items.length === 0) return context.streams.err(`no ${plural} ${where(context, plural)}\n`);
  context.streams.out(tableOf(context, plural, list.items));
}

function tableOf({ paint }: Context, plural: Plural, items: readonly AnyObject[]): string {
  if (plural === "nodes") return nodesTable(items as Node[], paint);
  if (plural === "scenarios") return scenariosTable(items as Scenario[], paint);
  if (plural === "runs") return runsTable(items as Run[], paint);
  if (plural === "faults") return faultsTable(items as Fault[], paint);
  return plural === "pods" ? podsTable(items as Pod[], paint) : linksTable(items as Link[], paint);
}

const where = (context: Context, plural: Plural) =>
  (plural === "nodes" ? "" : `in namespace ${context.namespace}`).trim();
