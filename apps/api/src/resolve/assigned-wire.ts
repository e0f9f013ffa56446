import { type AssignedWire, type EffectiveImpairment, effectOf, sendersOf } from "@ratchet/contracts";
import type { NodeRecord } from "../state/records.js";
import { probeAddress } from "./probe-address.js";
import type { ResolvedEnd, ResolvedLink } from "./resolve-link.js";

export type Far = AssignedWire["far"];

/**
 * The cross-connect a node has to have for a link, or undefined when it has none to make.
 *
 * `farOf` tells what is known of the other node's end of a tunnel.
 */
export function assignedWire(
  resolved: ResolvedLink,
  node: string,
  nodeRecord: (name: string) => NodeRecord | undefined,
  farOf: (otherNode: string) => Far,
): AssignedWire | undefined {
  const { link, revision, ends, obstacle, transport } = resolved;
  if (obstacle !== undefined || transport === null) return undefined;
  const near = ends.find((end) => end.node === node);
  const far = ends.find((end) => end !== near);
  if (near === undefined || far === undefined) return undefined;
  const common = { linkUid: link.uid, namespace: link.namespace, name: link.name, revision, state: link.spec.state };
  if (transport === "veth") {
    const impair = directions(impairmentFrom(resolved, far), impairmentFrom(resolved, near));
    const peer = { type: "port" as const, port: portOf(far) };
    return { ...common, far: "present", port: portOf(near), peer, ...impair, ...probed(resolved, near, far) };
  }
  const own = nodeRecord(node)?.spec;
  const other = nodeRecord(far.node ?? "")?.spec;
  if (own === undefined || other === undefined || resolved.vni === null) return undefined;
  return {
    ...common,
    far: farOf(far.node ?? ""),
    port: portOf(near),
    peer: {
      type: "tunnel",
      tunnel: {
        vni: resolved.vni,
        localAddress: own.vtepAddress,
        remoteAddress: other.vtepAddress,
        port: own.vxlanPort,
        mtuBytes: resolved.mtuBytes,
      },
    },
    ...directions(impairmentFrom(resolved, far), null),
    ...probed(resolved, near, far),
  };
}

/** One end asks for both: the first. A pod that is both ends would answer itself, without the wire. */
function probed({ ends }: ResolvedLink, near: ResolvedEnd, far: ResolvedEnd): Pick<AssignedWire, "probe"> {
  if (near !== ends[0] || near.podKey === far.podKey) return {};
  const address = probeAddress(addressesOf(near), addressesOf(far));
  return address === undefined ? {} : { probe: { address } };
}

function addressesOf({ end, pod }: ResolvedEnd): string[] {
  const own = pod?.spec.interfaces?.find(({ name }) => name === end.interface);
  return [...(end.addresses ?? []), ...(own?.addresses ?? [])];
}

/** What the frames that an end sends shall suffer; null when nothing. */
function impairmentFrom({ link, ends }: ResolvedLink, end: ResolvedEnd): EffectiveImpairment | null {
  const { endpoints, impairments } = link.spec;
  const sender = ends.indexOf(end);
  const own = impairments?.find(({ from }) => sendersOf(endpoints, from)[0] === sender);
  if (own === undefined) return null;
  const { from: _from, ...fields } = own;
  return effectOf(fields);
}

function directions(
  toPort: EffectiveImpairment | null,
  toPeer: EffectiveImpairment | null,
): Pick<AssignedWire, "impair"> {
  return toPort === null && toPeer === null ? {} : { impair: { toPort, toPeer } };
}

function portOf({ end, pod }: ResolvedEnd): { podUid: string; interface: string } {
  return { podUid: pod?.uid ?? "", interface: end.interface };
}
