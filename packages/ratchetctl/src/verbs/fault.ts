import type { Fault } from "@ratchet/contracts";
import { listPath } from "../api/paths.js";
import { type Context, json, line } from "../context.js";

export interface FaultOptions {
  seconds: number;
  name?: string;
  flap?: number;
  reason?: string;
}

/** Begins a fault on one link. Does not wait for its end. */
export async function fault(context: Context, link: string, { seconds, name, flap, reason }: FaultOptions) {
  const action = flap === undefined ? { type: "down" } : { type: "flap", periodSeconds: flap };
  const made = await context.api.post<Fault>(listPath("faults", context.namespace), {
    metadata: { name: name ?? `fault-${link.slice(0, 40)}-${Date.now().toString(36)}` },
    spec: { target: { link }, action, durationSeconds: seconds, ...(reason === undefined ? {} : { reason }) },
  });
  if (context.isJson) json(context, made);
  else line(context, `Fault ${context.namespace}/${made.metadata.name} on ${link} until ${made.status.endsAt}`);
}
