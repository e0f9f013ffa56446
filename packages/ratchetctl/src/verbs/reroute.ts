import type { Link, RerouteRequest } from "@ratchet/contracts";
import { actionPath } from "../api/paths.js";
import { type Context, json, line } from "../context.js";
import { UsageError } from "../ctl-error.js";
import { settledTarget, waitFor } from "../settle.js";
import type { WaitOptions } from "./link-state.js";

export interface RerouteOptions extends WaitOptions {
  end: "0" | "1";
  to: string;
  address?: string[];
  routes: boolean;
}

/** Moves one end of a link; what is not said comes from the old end. */
export async function reroute(context: Context, name: string, options: RerouteOptions): Promise<void> {
  const request = rerouteRequest(options);
  const link = await context.api.post<Link>(actionPath("links", context.namespace, name, "reroute"), request);
  if (options.wait) await waitFor(context, [settledTarget(link)], options.timeout);
  if (context.isJson) return json(context, link);
  line(context, `Link ${context.namespace}/${name} end ${options.end} is at ${options.to}`);
}

/** `POD/INTERFACE` or `LABEL=VALUE,.../INTERFACE` to the API's words; without one half the other is kept. */
export function rerouteRequest({ end, to, address, routes }: Omit<RerouteOptions, keyof WaitOptions>): RerouteRequest {
  // Keys of labels may have a slash of their own.
  const at = to.lastIndexOf("/");
  const place = to.slice(0, Math.max(at, 0));
  const ifName = to.slice(at + 1);
  const podSelector = place.includes("=") ? selectorOf(place) : undefined;
  const isPod = podSelector === undefined && !place.includes("/") && !place.includes("=");
  if (at < 0 || (place === "" && ifName === "") || (podSelector === undefined && !isPod)) {
    throw new UsageError(`--to ${to}: must be POD/INTERFACE or LABEL=VALUE,.../INTERFACE`);
  }
  return {
    endpoint: end === "0" ? 0 : 1,
    to: {
      ...(podSelector !== undefined ? { podSelector } : place === "" ? {} : { pod: place }),
      ...(ifName === "" ? {} : { interface: ifName }),
      ...(address === undefined ? {} : { addresses: address }),
      ...(routes ? {} : { routes: [] }),
    },
  };
}

function selectorOf(text: string): Record<string, string> | undefined {
  const pairs = text.split(",").map((pair) => pair.split("="));
  if (pairs.some((pair) => pair.length !== 2 || pair[0] === "")) return undefined;
  return Object.fromEntries(pairs as [string, string][]);
}
