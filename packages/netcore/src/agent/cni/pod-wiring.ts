import type { CniAddResponse } from "@ratchet/contracts";
import { portsOfWire } from "../../model/desired.js";
import { type PortKey, portKey, portRef } from "../../model/key.js";
import { wireReport } from "../reports.js";
import { portActual } from "../specs.js";
import type { World } from "../world.js";

type ProblemOf = (key: string) => { message: string } | undefined;

/** Ports of the pod that are neither made nor refused by the kernel for a reason that waiting does not mend. */
export function unmadePorts(world: World, podUid: string, problemOf: ProblemOf): PortKey[] {
  if (world.readySandbox(podUid) === undefined) return [...world.desired.portsOf(podUid)];
  return [...world.desired.portsOf(podUid)].filter((key) => !isMade(world, key) && problemOf(key) === undefined);
}

/** Wires of the pod whose both ends are there and that do not carry yet. A wire that waits for its other pod is none. */
export function incompleteWires(world: World, podUid: string, problemOf: ProblemOf): string[] {
  const wires = new Set([...world.desired.portsOf(podUid)].flatMap((key) => [...world.desired.wiresOf(key)]));
  return [...wires].filter((uid) => {
    const wire = world.desired.wires.get(uid);
    if (wire === undefined || wire.state === "down" || wire.far !== "present") return false;
    if (!portsOfWire(wire).every((key) => isMade(world, key))) return false;
    return !wireReport(world, wire, undefined).isPatched && problemOf(uid) === undefined;
  });
}

/** The pod's ports as the kernel has them, for the result of an ADD. */
export function wiredResult(world: World, podUid: string, netns: string): CniAddResponse {
  const result: CniAddResponse = { interfaces: [], ips: [], routes: [] };
  for (const key of world.desired.portsOf(podUid)) {
    const { podHalf } = portActual(world, key);
    const port = world.desired.ports.get(key);
    if (podHalf === undefined || port === undefined) continue;
    const index = result.interfaces.length;
    result.interfaces.push({
      name: podHalf.ifName,
      mac: podHalf.mac ?? "",
      mtu: podHalf.mtuBytes,
      sandbox: netns,
    });
    for (const address of port.addresses) result.ips.push({ address, interface: index });
    for (const { to, via } of port.routes) {
      const dst = to === "default" ? (via?.includes(":") ? "::/0" : "0.0.0.0/0") : to;
      result.routes.push(via === undefined ? { dst } : { dst, gw: via });
    }
  }
  return result;
}

function isMade(world: World, key: PortKey): boolean {
  const port = world.desired.ports.get(key);
  const { podHalf, addresses } = portActual(world, key);
  if (port === undefined || podHalf === undefined || podHalf.ifName !== portRef(key).interface) return false;
  const has = new Set(addresses.map(({ address }) => address));
  return portKey(port) === key && port.addresses.every((address) => has.has(address));
}
