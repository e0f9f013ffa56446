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

/** `POD/INTERFACE` to the API's words; `POD/` or `/INTERFACE` keeps the other half. */
export function rerouteRequest({ end, to, address, routes }: Omit<RerouteOptions, keyof WaitOptions>): RerouteRequest {
  const [pod = "", ifName = "", ...rest] = to.split("/");
  if (rest.length > 0 || !to.includes("/") || (pod === "" && ifName === "")) {
    throw new UsageError(`--to ${to}: must be POD/INTERFACE`);
  }
  return {
    endpoint: end === "0" ? 0 : 1,
    to: {
      ...(pod === "" ? {} : { pod }),
      ...(ifName === "" ? {} : { interface: ifName }),
      ...(address === undefined ? {} : { addresses: address }),
      ...(routes ? {} : { routes: [] }),
    },
  };
}
