import type { KubeCluster } from "@ratchet/testkit";

/** Messages of a pod's Events with that reason. */
export async function eventMessages(cluster: KubeCluster, pod: string, reason: string): Promise<string[]> {
  const selector = `--field-selector=involvedObject.name=${pod},reason=${reason}`;
  const { items } = JSON.parse(await cluster.kubectl(["get", "events", selector, "-o", "json"])) as {
    items: { message: string }[];
  };
  return items.map(({ message }) => message);
}
