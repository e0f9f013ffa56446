import type { Link, LinkTelemetry, Pod } from "@ratchet/contracts";
import { actionPath, objectPath } from "../api/paths.js";
import { type Context, json } from "../context.js";
import { UsageError } from "../ctl-error.js";
import { splitReference } from "../kinds.js";
import { describeLink, describePod } from "../output/describe.js";

/** One link or pod, with everything that is known of it. */
export async function describe(context: Context, kind: string, name: string | undefined): Promise<void> {
  const { plural, name: wanted } = splitReference(kind, name);
  if (plural !== "links" && plural !== "pods")
    throw new UsageError(`describe knows links and pods: get ${plural} shows these`);
  if (wanted === undefined) throw new UsageError(`describe ${kind} needs a name`);
  const object = await context.api.get<Link | Pod>(objectPath(plural, context.namespace, wanted));
  if (context.isJson) return json(context, object);
  if (object.kind === "Pod") {
    context.streams.out(describePod(object, context.paint));
    return;
  }
  context.streams.out(describeLink(object, context.paint, await telemetryOf(context, wanted)));
}

/** What was measured in the last minute; without it the link is described all the same. */
async function telemetryOf(context: Context, name: string): Promise<LinkTelemetry | undefined> {
  const path = actionPath("links", context.namespace, name, "telemetry?seconds=60");
  return context.api.get<LinkTelemetry>(path).catch(() => undefined);
}
