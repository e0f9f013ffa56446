import type { AssignedWire } from "@ratchet/contracts";
import type { Action } from "../executor/action.js";
import type { Executor } from "../executor/executor.js";
import { type PortKey, portKey } from "../model/key.js";
import type { WireEnd } from "../plan/plan-wire.js";
import type { Planned } from "../plan/planned.js";
import { tunnelName } from "./names.js";
import { portActual } from "./specs.js";
import type { World } from "./world.js";

// The far node's carrier rises some time after ours, and a frame that arrives before it is lost.
const REPEATS_MS = [60, 250, 800];

/**
 * Tells the pod at one end of a wire who is at the other, whenever the wire was re-laid or raised: its neighbour
 * cache may hold the MAC of whoever was there before, for up to a minute.
 */
export class Announcer {
  private readonly waiting = new Set<string>();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly world: World,
    private readonly panelPath: string,
    private readonly executor: Executor,
  ) {}

  /** Looks whether a plan lets frames through to a pod that may remember somebody else. */
  consider(wire: AssignedWire, ends: readonly WireEnd[], planned: readonly Planned[]): void {
    const opens = planned.some(
      ({ action }) => action.op === "redirect" || (action.op === "setLink" && action.isUp === true),
    );
    // An interface without carrier until now has an empty neighbour cache (neigh_carrier_down).
    const isFresh = ends.every((end) => end.redirect === undefined && !end.isUp);
    if (opens && !isFresh) this.waiting.add(wire.linkUid);
  }

  /** Announces now, and again for ends that are not listening yet. */
  flush(): void {
    if (this.waiting.size === 0) return;
    const uids = [...this.waiting];
    this.waiting.clear();
    this.announce(uids);
    const acrossNodes = uids.filter((uid) => this.world.desired.wires.get(uid)?.peer.type === "tunnel");
    if (acrossNodes.length === 0) return;
    for (const delay of REPEATS_MS) {
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        this.announce(acrossNodes);
      }, delay);
      this.timers.add(timer);
    }
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  private announce(uids: readonly string[]): void {
    const actions = uids.flatMap((uid) => this.actionsFor(uid));
    // Nothing depends on the outcome: an end that is down is told when it rises.
    if (actions.length > 0) void this.executor.run(actions);
  }

  private actionsFor(uid: string): Action[] {
    const wire = this.world.desired.wires.get(uid);
    if (wire === undefined || wire.state === "down") return [];
    const near = portKey(wire.port);
    if (wire.peer.type === "tunnel") {
      const tunnel = this.world.panel.named(tunnelName(wire.peer.tunnel.vni));
      return tunnel === undefined ? [] : this.tell(near, tunnel.ifIndex);
    }
    const far = portKey(wire.peer.port);
    const [nearHalf, farHalf] = [this.world.panelHalf(near), this.world.panelHalf(far)];
    if (nearHalf === undefined || farHalf === undefined) return [];
    return [...this.tell(near, farHalf.ifIndex), ...this.tell(far, nearHalf.ifIndex)];
  }

  /** What `key`'s pod would say, out of the panel interface that leads to its neighbour. */
  private tell(key: PortKey, through: number): Action[] {
    const { podHalf, addresses } = portActual(this.world, key);
    if (podHalf?.mac === undefined || !podHalf.isUp || addresses.length === 0) return [];
    const texts = addresses.map(({ address }) => address.slice(0, address.indexOf("/")));
    return [{ op: "announce", netns: this.panelPath, link: { ifIndex: through }, mac: podHalf.mac, addresses: texts }];
  }
}
