import type { RerouteRequest } from "@ratchet/contracts";
import { verbs } from "../api/verbs.js";
import { linkEnd } from "../graph/link-end.js";
import { useTopology } from "../state/topology-store.js";
import { perform } from "./perform.js";

const namespace = () => useTopology.getState().namespace;

/** "centosa-quagga-a", or "3 wires". */
function many(names: readonly string[]): string {
  return names.length === 1 ? (names[0] ?? "") : `${names.length} wires`;
}

export function setState(names: readonly string[], state: "up" | "down"): Promise<unknown> {
  const isCut = state === "down";
  return perform({
    verb: isCut ? "cut" : "restore",
    done: `${isCut ? "Cut" : "Restored"} ${many(names)}`,
    failed: `Cannot ${isCut ? "cut" : "restore"} ${many(names)}`,
    hasToast: names.length > 1,
    steps: names.map((name) => ({
      target: { kind: "links", name },
      run: () => verbs.setLinkState(namespace(), name, state),
    })),
  });
}

/** Cuts what carries, restores what is cut: several follow the first. */
export function toggleCut(names: readonly string[]): Promise<unknown> | undefined {
  const first = names[0] === undefined ? undefined : useTopology.getState().stream.links.get(names[0]);
  if (first === undefined) return undefined;
  return setState(names, first.spec.state === "up" ? "down" : "up");
}

export function deleteLinks(names: readonly string[]): Promise<unknown> {
  return perform({
    verb: "delete",
    done: `Deleted ${many(names)}`,
    failed: `Cannot delete ${many(names)}`,
    hasToast: true,
    steps: names.map((name) => ({ target: { kind: "links", name }, run: () => verbs.deleteLink(namespace(), name) })),
  });
}

export function createLink(link: { name: string; spec: object }): Promise<unknown> {
  return perform({
    verb: "create",
    done: `Wired ${link.name}`,
    failed: `Cannot wire ${link.name}`,
    hasToast: true,
    steps: [{ target: { kind: "links", name: link.name }, run: () => verbs.createLink(namespace(), link) }],
  });
}

export function reroute(name: string, endpoint: 0 | 1, to: RerouteRequest["to"]): Promise<unknown> {
  const link = useTopology.getState().stream.links.get(name);
  const selector = link && linkEnd(link, endpoint)?.selector;
  return perform({
    verb: "reroute",
    done: `Re-routed ${name} to ${to.pod ?? ""}:${to.interface ?? ""}${selector ? `, no longer by ${selector}` : ""}`,
    failed: `Cannot re-route ${name}`,
    hasToast: true,
    steps: [{ target: { kind: "links", name }, run: () => verbs.reroute(namespace(), name, { endpoint, to }) }],
  });
}
