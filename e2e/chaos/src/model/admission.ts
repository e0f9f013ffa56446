import { type Held, type LinkDocument, linksOf, type PodDocument, podsOf, type World } from "./world.js";

/** What a tunnel on the lab's underlay carries, bytes. */
export const CARRIED_MTU_BYTES = 1450;

/** Every code with which the API may refuse a link for what it is by itself. */
export function faultsOf(link: LinkDocument): string[] {
  const { endpoints, mtu, transport, vni } = link.spec;
  const [a, b] = endpoints;
  const isLoop = a.pod !== undefined && a.pod === b.pod && a.interface === b.interface;
  const isTooLarge = mtu !== undefined && transport !== "veth" && mtu > CARRIED_MTU_BYTES;
  return isLoop || isTooLarge || (vni !== undefined && transport === "veth") ? ["Invalid"] : [];
}

/** Every code with which the API may refuse a world for what its objects claim together. */
export function conflictsIn(world: World): string[] {
  const codes = new Set<string>();
  const ports = new Map<string, string>();
  const addresses = new Map<string, string>();
  const vnis = new Map<number, number>();
  const claimAddress = (object: Held, pod: string, address: string, ifName: string) => {
    const key = `${object.namespace}/${pod} ${address.split("/")[0]}`;
    if ((addresses.get(key) ?? ifName) !== ifName) codes.add("AddressTaken");
    addresses.set(key, ifName);
  };
  for (const link of linksOf(world)) {
    for (const end of link.spec.endpoints) {
      // Whatever a selector of the suite's chooses: its interface and addresses are the link's alone.
      if (end.pod === undefined) continue;
      const port = `${link.namespace}/${end.pod}:${end.interface}`;
      if (ports.has(port)) codes.add("InterfaceTaken");
      ports.set(port, link.name);
      for (const address of end.addresses ?? []) claimAddress(link, end.pod, address, end.interface);
    }
    if (link.spec.vni !== undefined) {
      if (vnis.has(link.spec.vni)) codes.add("VniTaken");
      vnis.set(link.spec.vni, link.uid);
    }
  }
  for (const pod of podsOf(world)) claimPod(pod, claimAddress);
  return [...codes];
}

function claimPod(
  pod: Held<PodDocument>,
  claim: (object: Held, pod: string, address: string, ifName: string) => void,
): void {
  for (const address of pod.spec.loopback ?? []) claim(pod, pod.name, address, "lo");
  for (const item of pod.spec.interfaces ?? []) {
    for (const address of item.addresses ?? []) claim(pod, pod.name, address, item.name);
  }
}
