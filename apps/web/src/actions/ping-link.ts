import type { Link, Pod } from "@ratchet/contracts";
import { reasonOf } from "../api/problem-error.js";
import { verbs } from "../api/verbs.js";
import { linkEnd } from "../graph/link-end.js";
import { addPings, beginPing, endPing, usePings } from "../state/ping-store.js";
import { useTopology } from "../state/topology-store.js";

/** A few at a time, so that a change is seen within half a second. */
const BATCH = { count: 4, intervalMs: 100, waitMs: 1000 } as const;
const PAUSE_MS = 100;
const TROUBLE_PAUSE_MS = 1000;

/** From which pod to which address a link is pinged, or undefined when no end has an address. */
export function pingWay(
  link: Link,
  pods: ReadonlyMap<string, Pod>,
): { from: string; to: string; pod: string } | undefined {
  const ends = [linkEnd(link, 0), linkEnd(link, 1)];
  const ways = [
    [0, 1],
    [1, 0],
  ] as const;
  for (const [near, far] of ways) {
    const [from, to] = [ends[near], ends[far]];
    if (from === undefined || to === undefined) continue;
    const seen = pods.get(to.pod)?.status.interfaces.find((item) => item.name === to.spec.interface)?.addresses ?? [];
    // A link-local address needs to be told the interface; others find it by their route.
    const address = [...to.addresses, ...seen].find((text) => !text.toLowerCase().startsWith("fe80:"));
    if (address !== undefined) return { from: from.pod, to: address.split("/")[0] ?? "", pod: to.pod };
  }
  return undefined;
}

/** Pings over a link until it is asked again, or the link is gone. */
export function togglePing(name: string): void {
  if (usePings.getState().pings.has(name)) {
    endPing(name);
    return;
  }
  beginPing(name);
  void keepPinging(name);
}

async function keepPinging(name: string): Promise<void> {
  const { namespace } = useTopology.getState();
  const isWanted = () => usePings.getState().pings.has(name) && useTopology.getState().namespace === namespace;
  while (isWanted()) {
    const { links, pods } = useTopology.getState().stream;
    const link = links.get(name);
    const way = link && pingWay(link, pods);
    if (way === undefined) break;
    let pause = PAUSE_MS;
    if (document.hidden || useTopology.getState().phase !== "live") pause = TROUBLE_PAUSE_MS;
    else {
      try {
        const { body } = await verbs.ping(namespace, way.from, { to: way.to, ...BATCH });
        const at = Date.now();
        const refusal = body.replies.find((reply) => reply.message !== "")?.message ?? "";
        addPings(
          name,
          body.replies.map(({ rttMs }) => ({ at, rttMs })),
          refusal,
        );
      } catch (error) {
        addPings(name, [], reasonOf(error));
        pause = TROUBLE_PAUSE_MS;
      }
    }
    await new Promise((resolve) => window.setTimeout(resolve, pause));
  }
  endPing(name);
}
