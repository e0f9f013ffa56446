import type { Client } from "@ratchet/testkit";
import type { Phases } from "./phases.js";

/** Two pods with wires between them, one after the other. */
export interface Lane {
  name: string;
  pods: readonly [string, string];
}

/** Makes a wire, cuts it, mends it and takes it away; waits each time until both kernels have it. */
export async function cycle(client: Client, phases: Phases, { name, pods }: Lane, number: number): Promise<void> {
  // Interfaces alternate, so that each cycle makes ports of its own.
  const endpoints = pods.map((pod) => ({ pod, interface: `s${number % 7}` }));
  await client.createLink(name, { endpoints, autoAddresses: "both" });
  await phases.reach(name, "Up");
  await client.patchLink(name, { spec: { state: "down" } });
  await phases.reach(name, "Down");
  await client.patchLink(name, { spec: { state: "up" } });
  await phases.reach(name, "Up");
  await client.remove("links", name);
}
