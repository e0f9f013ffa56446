import type { CniAddResponse } from "@ratchet/contracts";
import type { Result, ResultIp } from "./result.js";

/** `before` and the wires behind it, their indexes moved. */
export function appendWires(before: Result, wires: CniAddResponse): Result {
  const offset = before.interfaces.length;
  return {
    ...before,
    interfaces: [...before.interfaces, ...wires.interfaces],
    ips: [...before.ips, ...wires.ips.map((ip) => ({ ...ip, interface: ip.interface + offset }))],
    routes: [...before.routes, ...wires.routes],
  };
}

/**
 * `result` with an address that counts as the requested interface's.
 *
 * containerd refuses a sandbox whose result gives `eth0` none ("failed to find network info for
 * sandbox", pkg/cri/server/sandbox_run.go), and takes an address without index for `eth0`'s. So the
 * first address of a wire is said once more, without index; for a pod without any, a placeholder.
 */
export function giveRuntimeAnAddress(result: Result, ifName: string, containerId: string): Result {
  const isOfIfName = (ip: ResultIp) => ip.interface === undefined || result.interfaces[ip.interface]?.name === ifName;
  if (result.ips.some(isOfIfName)) return result;
  // The boot network's are loopback's.
  const first = result.ips.find((ip) => !/^(127\.|::1\/)/.test(ip.address));
  const address = first?.address ?? placeholderAddress(containerId);
  return { ...result, ips: [{ address }, ...result.ips] };
}

/** From 169.254.1.0 to 169.254.254.255 (RFC 3927), by the container id. It is on no interface, and two pods may have the same. */
export function placeholderAddress(containerId: string): string {
  let hash = 0x811c9dc5; // FNV-1a, 32 bits
  for (const byte of new TextEncoder().encode(containerId)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  const host = hash % (254 * 256);
  return `169.254.${1 + Math.floor(host / 256)}.${host % 256}/32`;
}
