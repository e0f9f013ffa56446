import { OWN_PROTOCOL } from "../model/ownership.js";
import type { PodAddress, PodLink } from "../model/pod-network.js";
import type { Planned } from "./planned.js";

/** The actions that give a managed pod's loopback its addresses. Pure. Other addresses on it stay. */
export function planLoopback(
  netns: string,
  wanted: readonly string[],
  loopback: PodLink | undefined,
  actual: readonly PodAddress[],
): Planned[] {
  if (loopback === undefined) return [];
  const link = { ifIndex: loopback.ifIndex };
  const present = new Set(actual.map(({ address }) => address));
  const planned: Planned[] = [];
  if (!loopback.isUp) {
    planned.push({ action: { op: "setLink", netns, link, isUp: true }, finding: "the loopback interface is down" });
  }
  for (const address of wanted) {
    if (present.has(address)) continue;
    const action = { op: "addAddress", netns, link, address, protocol: OWN_PROTOCOL } as const;
    planned.push({ action, finding: `the loopback interface lacks ${address}` });
  }
  for (const { address, isOwn } of actual) {
    if (!isOwn || wanted.includes(address)) continue;
    const finding = `the loopback interface has ${address} that is not asked for`;
    planned.push({ action: { op: "deleteAddress", netns, link, address }, finding });
  }
  return planned;
}
