import type { Pools } from "@ratchet/contracts";
import { type Context, json, line } from "../context.js";
import { UsageError } from "../ctl-error.js";

export interface PoolsOptions {
  ipv4?: string;
  ipv6?: string;
  inherit?: boolean;
}

/** Shows what automatic addresses of the namespace come from, or says what they shall come from. */
export async function pools(context: Context, { ipv4, ipv6, inherit = false }: PoolsOptions): Promise<void> {
  const path = `/api/v1/namespaces/${encodeURIComponent(context.namespace)}/pools`;
  if (inherit && (ipv4 !== undefined || ipv6 !== undefined)) {
    throw new UsageError("--inherit takes the installation's pools: it cannot be combined with --ipv4 or --ipv6");
  }
  let found = await context.api.get<Pools>(path);
  if (inherit) found = await context.api.put<Pools>(path, { ipv4: null, ipv6: null });
  else if (ipv4 !== undefined || ipv6 !== undefined) {
    const wanted = { ipv4: prefixes(ipv4) ?? found.ipv4, ipv6: prefixes(ipv6) ?? found.ipv6 };
    found = await context.api.put<Pools>(path, wanted);
  }
  if (context.isJson) return json(context, found);
  for (const family of ["ipv4", "ipv6"] as const) {
    const own = found[family] === null ? "the installation's" : "the namespace's own";
    const names = found.inForce[family].join(", ") || "none";
    line(context, `${family}  ${names}  (${own}; used by ${found.used[family]} links)`);
  }
}

function prefixes(text: string | undefined): string[] | undefined {
  return text?.split(",").map((item) => item.trim());
}
