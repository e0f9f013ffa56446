import { hasPod } from "../graph/link-end.js";
import { suggestInterface, takenInterfaces } from "../graph/suggest-interface.js";
import { useTopology } from "../state/topology-store.js";
import { reroute } from "./link-actions.js";

/** Re-routes an end to a pod: under the same interface name where that is free there, else under the next free one. */
export function rerouteTo(wireId: string, end: 0 | 1, podId: string): void {
  const name = wireId.slice("link/".length);
  const pod = podId.slice("pod/".length);
  const { stream } = useTopology.getState();
  const old = stream.links.get(name)?.spec.endpoints[end];
  if (!old || !hasPod(old)) return;
  const taken = takenInterfaces(stream, pod);
  void reroute(name, end, { pod, interface: taken.has(old.interface) ? suggestInterface(taken) : old.interface });
}
