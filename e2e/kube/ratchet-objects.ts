import type { Link, Pod } from "@ratchet/contracts";
import { eventually, type KubeCluster, Sandbox } from "@ratchet/testkit";
import { expect } from "vitest";
import type { WiredCluster } from "./wired-cluster.js";

export const WITHIN = { withinMs: 90_000, everyMs: 100 };

const pathOf = (plural: string, name: string) => `/api/v1/namespaces/default/${plural}/${name}`;

/** Reads a link until it is so. */
export async function linkIs({ ratchet }: WiredCluster, name: string, is: (link: Link) => unknown): Promise<Link> {
  return eventually(async () => {
    const link = await ratchet.api.request<Link>("GET", pathOf("links", name));
    if (!is(link)) throw new Error(`${name} is ${JSON.stringify(link.status)}`);
    return link;
  }, WITHIN);
}

export const isUp = ({ status }: Link) => status.phase === "Up";

export function readPod({ ratchet }: WiredCluster, name: string): Promise<Pod> {
  return ratchet.api.request<Pod>("GET", pathOf("pods", name));
}

export async function sandboxOf(cluster: KubeCluster, pod: string): Promise<Sandbox> {
  return new Sandbox(await cluster.podNetns(pod));
}

export async function pingWorks(from: Sandbox, to: string): Promise<void> {
  await eventually(async () => expect(await from.ping(to)).toMatchObject({ received: 3 }), WITHIN);
}

/** Its uid, and how often kubelet started its container again. */
export async function lifeOf(cluster: KubeCluster, pod: string): Promise<string> {
  const path = "{.metadata.uid} restarts {.status.containerStatuses[0].restartCount}";
  return cluster.kubectl(["get", "pod", pod, "-o", `jsonpath=${path}`]);
}
