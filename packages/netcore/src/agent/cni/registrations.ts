import type { CniAttachment, CniRegistration as Registration } from "@ratchet/contracts";
import type { NetnsId } from "../../plan/plan-pod.js";

type Attachment = Pick<Registration, "containerId" | "ifName">;

/** The sandboxes that have been added and not yet deleted. Pure but for what it remembers. */
export class Registrations {
  private readonly byAttachment = new Map<string, Registration>();
  private readonly byPod = new Map<string, Registration>();

  get size(): number {
    return this.byAttachment.size;
  }

  all(): Registration[] {
    return [...this.byAttachment.values()];
  }

  get(attachment: Attachment): Registration | undefined {
    return this.byAttachment.get(keyOf(attachment));
  }

  /** The sandbox the pod lives in now. */
  ofPod(podUid: string): Registration | undefined {
    return this.byPod.get(podUid);
  }

  /**
   * Takes in an ADD. The same container again keeps its place; another container of the same pod takes the place of
   * the former one, whose late DEL then finds nothing to harm.
   */
  put(registration: Registration): void {
    const former = this.byPod.get(registration.podUid);
    if (former !== undefined) this.byAttachment.delete(keyOf(former));
    const same = this.get(registration);
    if (same !== undefined) this.byPod.delete(same.podUid);
    this.byAttachment.set(keyOf(registration), registration);
    this.byPod.set(registration.podUid, registration);
  }

  /** Takes in a DEL; undefined when there is nothing of that container, or no longer. */
  remove(attachment: Attachment): Registration | undefined {
    const found = this.get(attachment);
    if (found === undefined) return undefined;
    this.byAttachment.delete(keyOf(found));
    if (this.byPod.get(found.podUid) === found) this.byPod.delete(found.podUid);
    return found;
  }

  /** What a GC of this network takes away: all that it does not list. */
  notAmong(valid: readonly CniAttachment[], networkName: string): Registration[] {
    const keys = new Set(valid.map(({ containerID, ifname }) => keyOf({ containerId: containerID, ifName: ifname })));
    return this.all().filter((item) => item.networkName === networkName && !keys.has(keyOf(item)));
  }

  /** Those whose namespace cannot be there any more: of another boot, or gone from its path. */
  dead(bootId: string, identify: (netns: string) => NetnsId | undefined): Registration[] {
    return this.all().filter((item) => item.bootId !== bootId || !isStill(item, identify(item.netns)));
  }
}

/** True when what lies at the registered path is the registered namespace. */
export function isStill(registered: NetnsId, found: NetnsId | undefined): boolean {
  return found !== undefined && found.dev === registered.dev && found.inode === registered.inode;
}

function keyOf({ containerId, ifName }: Attachment): string {
  return `${containerId} ${ifName}`;
}
