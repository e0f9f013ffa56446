import type { Backup, DoctorReport } from "@ratchet/contracts";
import type { Lab } from "@ratchet/lab";
import type { Client } from "@ratchet/testkit";
import { seeKernel } from "../look/kernel.js";

/** Everything that an empty lab must not have any more: devices, namespaces, keys of the store, findings. */
export async function leftovers(lab: Lab, client: Client): Promise<string[]> {
  const seen = await seeKernel(
    lab.names,
    lab.nodes.map(({ name }) => name),
  );
  const found = seen.strangers.map((name) => `namespace ${name}`);
  for (const [node, { panel, own, pods }] of seen.nodes) {
    for (const { ifname } of panel.links) if (ifname !== "lo") found.push(`device ${ifname} in the panel of ${node}`);
    for (const { ifname, linkinfo } of own)
      if (linkinfo?.info_kind === "vxlan") found.push(`tunnel ${ifname} on ${node}`);
    for (const name of pods.keys()) found.push(`namespace of pod ${name} on ${node}`);
  }
  const { entries } = await client.must<Backup>("GET", "/api/v1/backup");
  for (const { key } of entries) if (!key.startsWith("/ratchet/nodes/")) found.push(`key ${key}`);
  const { findings } = await client.must<DoctorReport>("GET", "/api/v1/doctor");
  return [...found, ...findings.map(({ message }) => message)];
}
