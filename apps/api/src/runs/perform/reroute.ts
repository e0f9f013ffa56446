import { keys, type LeafStep, type PodEndpoint } from "@ratchet/contracts";
import { rerouteLink } from "../../links/reroute-link.js";
import { rerouted } from "../../plan/reroute.js";
import type { Bench } from "../bench.js";
import { StepFailure } from "../step-failure.js";

/** Moves one end of a link, until the run puts it back. */
export async function reroute(
  { link: name, endpoint, to }: NonNullable<LeafStep["reroute"]>,
  bench: Bench,
): Promise<string> {
  const { core, namespace, actor } = bench;
  const link = core.mirror.world.link(keys.link(namespace, name))?.data;
  if (link === undefined) throw new StepFailure(`there is no link ${name}`);
  const asked = { endpoint, to };
  const before = link.spec.endpoints[endpoint] as PodEndpoint;
  const after = rerouted(link.spec, asked).endpoints[endpoint] as PodEndpoint;
  await bench.willChange({ kind: "end", link: name, linkUid: link.uid, endpoint, before, after });
  await rerouteLink(core.intents, namespace, name, asked, { actor });
  return `from ${before.pod}/${before.interface} to ${after.pod}/${after.interface}`;
}
