import type { PortRef } from "@ratchet/contracts";

/** One string for a port: uids hold no space, interface names neither. */
export type PortKey = string;

export function portKey(port: PortRef): PortKey {
  return `${port.podUid} ${port.interface}`;
}

export function portRef(key: PortKey): PortRef {
  const space = key.indexOf(" ");
  return { podUid: key.slice(0, space), interface: key.slice(space + 1) };
}
