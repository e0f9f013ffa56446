import type { ScenarioCondition } from "@ratchet/contracts";
import { podWithAddress } from "../../probes/find-address.js";
import { findPlace } from "../../probes/find-place.js";
import type { Bench, Finding } from "../bench.js";

const MAX_HOPS = 16;
const WAIT_MS = 1000;
const SLACK_MS = 2000;
const SILENT = "*";
type Path = NonNullable<ScenarioCondition["path"]>;

export async function lookByTrace(asked: Path, { core, namespace }: Bench, signal: AbortSignal): Promise<Finding> {
  const { world } = core.mirror;
  const { node, podUid, address } = findPlace(world, namespace, asked.from, asked.to);
  const params = { podUid, address, maxHops: MAX_HOPS, waitMs: WAIT_MS };
  const timeoutMs = WAIT_MS + SLACK_MS;
  const { hops, isReached } = await core.agents.rpc.call(node, "trace", params, { signal, timeoutMs });
  const names = hops.map((hop) =>
    hop.address === null ? SILENT : (podWithAddress(world, namespace, hop.address) ?? hop.address),
  );
  return judgePath(asked, names, isReached);
}

/** Pure. `hops`: pods by name where they are known. */
export function judgePath(
  asked: Pick<Path, "through" | "avoids">,
  hops: readonly string[],
  isReached: boolean,
): Finding {
  const message = `${hops.join(" > ")}${isReached ? "" : " (its end was not reached)"}`;
  const through = [asked.through ?? []].flat();
  const avoids = [asked.avoids ?? []].flat();
  // A hop that did not say who it is may be the one to be avoided.
  const isAvoided = avoids.length === 0 || ![...avoids, SILENT].some((pod) => hops.includes(pod));
  const holds = isReached && through.every((pod) => hops.includes(pod)) && isAvoided;
  return { holds, message };
}
