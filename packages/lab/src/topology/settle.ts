import { setTimeout as sleep } from "node:timers/promises";
import type { Topology } from "@ratchet/contracts";
import type { ApiClient } from "../api-client.js";
import { LabError } from "../lab-error.js";

/** How far a namespace has come. */
export interface Progress {
  podsReady: number;
  pods: number;
  linksUp: number;
  links: number;
}

export function progressOf(topology: Topology): Progress {
  return {
    podsReady: topology.pods.filter((pod) => pod.status.phase === "Ready").length,
    pods: topology.pods.length,
    linksUp: topology.links.filter((link) => link.status.phase === (link.spec.state === "down" ? "Down" : "Up")).length,
    links: topology.links.length,
  };
}

export const isSettled = (progress: Progress) =>
  progress.podsReady === progress.pods && progress.linksUp === progress.links;

/** What is not as asked yet, one line each. */
export function unsettledOf(topology: Topology): string[] {
  const pods = topology.pods
    .filter((pod) => pod.status.phase !== "Ready")
    .map((pod) => `pod ${pod.metadata.name}: ${pod.status.phase} ${pod.status.message}`);
  const links = topology.links
    .filter((link) => link.status.phase !== (link.spec.state === "down" ? "Down" : "Up"))
    .map((link) => {
      const why = [...link.status.conditions, ...link.status.endpoints].map((item) => item.message).filter(Boolean);
      return `link ${link.metadata.name}: ${link.status.phase} ${why.join("; ")}`;
    });
  return [...pods, ...links].map((line) => line.trimEnd());
}

export interface WaitHooks {
  /** Told whenever something has moved. */
  onProgress?: (progress: Progress) => void;
  /** Throws when waiting is called off. */
  checkpoint?: () => void;
}

/** Waits until every pod is Ready and every link as asked. Throws LabError naming what is not. */
export async function waitUntilSettled(
  api: ApiClient,
  namespace: string,
  timeoutMs: number,
  { onProgress, checkpoint }: WaitHooks = {},
): Promise<Topology> {
  const deadline = performance.now() + timeoutMs;
  let last = "";
  for (;;) {
    checkpoint?.();
    const topology = await api.topology(namespace);
    const progress = progressOf(topology);
    const text = JSON.stringify(progress);
    if (text !== last) onProgress?.(progress);
    last = text;
    if (isSettled(progress)) return topology;
    if (performance.now() > deadline) {
      const list = unsettledOf(topology).slice(0, 20);
      throw new LabError(`not settled after ${timeoutMs / 1000} s:\n${list.map((line) => `    ${line}`).join("\n")}`);
    }
    await sleep(progress.links > 100 ? 250 : 50);
  }
}

/** Waits until `count` nodes are connected. */
export async function waitForNodes(
  api: ApiClient,
  count: number,
  timeoutMs: number,
  checkpoint: () => void,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    checkpoint();
    const { items } = await api.nodes();
    const ready = items.filter((node) => node.status.phase === "Ready").length;
    if (ready >= count) return;
    if (performance.now() > deadline) throw new LabError(`only ${ready} of ${count} agents have connected`);
    await sleep(25);
  }
}
