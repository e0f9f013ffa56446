import { keys, type LinkTelemetry } from "@ratchet/contracts";
import type { World } from "../state/world.js";
import type { StatusRegistry } from "../status/status-registry.js";
import { linkEnds } from "./link-ends.js";

/** What the agents of a link's ends have said of their carriers. */
export function carrierOf(world: World, registry: StatusRegistry, linkUid: string): LinkTelemetry["carrier"] {
  const ends = linkEnds(world, linkUid);
  return ([0, 1] as const).map((index) => {
    const end = ends?.ports[index] ?? "";
    const [pod = "", ifName = ""] = end.split(":");
    const uid = world.pod(keys.pod(ends?.namespace ?? "", pod))?.data.uid ?? "";
    const port = registry
      .node(ends?.nodes[index] ?? "")
      ?.ports.get(uid)
      ?.get(ifName);
    return { end, count: port?.carrier?.count ?? null, last: port?.carrier?.last ?? [] };
  });
}
