import { CARRIER_CHANGES_KEPT, type PortReport } from "@ratchet/contracts";

interface Known {
  ifIndex: number;
  hasCarrier: boolean;
  count: number;
  last: { at: string; carrier: boolean }[];
}

/** When interfaces in pods lost and got their carrier: what the kernel told, and how often it says it was. Pure. */
export class CarrierLog {
  /** By pod uid, then by interface. */
  private readonly pods = new Map<string, Map<string, Known>>();

  /** What the kernel said at `nowMs`; `count`: IFLA_CARRIER_CHANGES. */
  note(podUid: string, ifName: string, link: Omit<Known, "last">, nowMs: number): void {
    let pod = this.pods.get(podUid);
    if (pod === undefined) this.pods.set(podUid, (pod = new Map()));
    const { ifIndex, hasCarrier, count } = link;
    const known = pod.get(ifName);
    if (known === undefined || known.ifIndex !== ifIndex) {
      pod.set(ifName, { ifIndex, hasCarrier, count, last: [] });
      return;
    }
    known.count = count;
    if (known.hasCarrier === hasCarrier) return;
    known.hasCarrier = hasCarrier;
    known.last.push({ at: new Date(nowMs).toISOString(), carrier: hasCarrier });
    if (known.last.length > CARRIER_CHANGES_KEPT) known.last.shift();
  }

  of(podUid: string, ifName: string): PortReport["carrier"] {
    const known = this.pods.get(podUid)?.get(ifName);
    return known && { count: known.count, last: [...known.last] };
  }

  forgetInterface(podUid: string, ifName: string): void {
    this.pods.get(podUid)?.delete(ifName);
  }

  forgetPod(podUid: string): void {
    this.pods.delete(podUid);
  }
}
