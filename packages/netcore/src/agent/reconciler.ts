import { setImmediate } from "node:timers/promises";
import type { AssignedWire } from "@ratchet/contracts";
import type { Action } from "../executor/action.js";
import type { Executor } from "../executor/executor.js";
import { portsOfWire } from "../model/desired.js";
import { type PortKey, portRef } from "../model/key.js";
import { planLoopback } from "../plan/plan-loopback.js";
import { planPort } from "../plan/plan-port.js";
import { planTunnel } from "../plan/plan-tunnel.js";
import { planUnwired, planWire } from "../plan/plan-wire.js";
import type { Announcer } from "./announcer.js";
import { Deletions } from "./deletions.js";
import { type Dirty, takeFrom } from "./dirty.js";
import type { FaultKeeper } from "./faults/fault-keeper.js";
import type { Impairments } from "./impair/impairments.js";
import type { Log } from "./log.js";
import { tunnelName } from "./names.js";
import type { Reporter } from "./reporter.js";
import type { Problem } from "./reports.js";
import type { Sandboxes } from "./sandboxes.js";
import { looseEnd, type PlanContext, portActual, portSpec, tunnelEnd, tunnelSpec } from "./specs.js";
import { type About, type Work, Works } from "./works.js";
import { isTap, type World } from "./world.js";

// Small enough that a heartbeat waits some milliseconds only, large enough that a datagram carries many requests.
const WIRES_PER_SLICE = 48;
const PORTS_PER_SLICE = 96;

export interface ReconcilerEvents {
  /** Reads what the kernel has told meanwhile. */
  drain(): void;
  /** The kernel took an action. */
  done(action: Action): void;
  /** Reads panel, and with "all" the pods, from the kernel again. */
  resync(what: "panel" | "all"): void;
  /** What there was to do has been done, or some of it: there may be something to report. */
  progressed(): void;
  tell(about: About, severity: "info" | "warning", reason: string, message: string): void;
}

/**
 * The loop: takes what is dirty, compares it with what the kernel said last, carries out the difference, reports.
 *
 * An object's plan is a pure function of the two, so it does not matter why it is looked at or how often. Nothing is
 * deleted that a complete assignment has not left out (`isComplete`).
 */
export class Reconciler {
  isComplete = false;
  private isRunning = false;
  private isStopped = false;
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly works: Works;
  private readonly deletions: Deletions;

  constructor(
    private readonly world: World,
    private readonly dirty: Dirty,
    private readonly context: PlanContext,
    executor: Executor,
    deleter: Executor,
    private readonly sandboxes: Sandboxes,
    private readonly reporter: Reporter,
    private readonly announcer: Announcer,
    private readonly faults: Pick<FaultKeeper, "overlay">,
    private readonly impairments: Impairments,
    private readonly events: ReconcilerEvents,
    private readonly log: Log,
  ) {
    this.works = new Works(
      executor,
      {
        drain: () => this.events.drain(),
        done: (action) => this.events.done(action),
        remove: (action) => this.deletions.add(action),
        touched: (key) => this.touchOwner(key),
        unforeseen: () => (this.dirty.resync = "all"),
        again: (key, delayMs) => this.later(() => this.markDirty(key), delayMs),
        tell: (...said) => this.events.tell(...said),
      },
      log,
    );
    this.deletions = new Deletions(deleter, {
      left: (netns, ifIndex) => this.markLeft(netns, ifIndex),
      failed: (_netns, error) => {
        this.log("warn", "cannot delete", { error: error.message });
        this.later(() => {
          this.dirty.resync = "all";
          this.wake();
        });
      },
      finished: () => {
        this.events.drain();
        this.wake();
      },
    });
  }

  problemOf = (key: string): Problem | undefined => this.works.problemOf(key);

  /** How many objects were found changed by somebody else: flat when healthy. */
  get repairs(): number {
    return this.works.repairs;
  }

  /** Makes sure that a pass follows. */
  wake(): void {
    if (this.isRunning || this.isStopped) return;
    this.isRunning = true;
    void this.run();
  }

  stop(): void {
    this.isStopped = true;
    this.deletions.stop();
    for (const timer of this.timers) clearTimeout(timer);
  }

  private async run(): Promise<void> {
    try {
      // An assignment that asks for nothing new has to be confirmed all the same.
      if (this.dirty.isEmpty) this.events.progressed();
      while (!this.dirty.isEmpty && !this.isStopped) {
        await this.pass();
        this.events.progressed();
        if (!this.dirty.isEmpty) await setImmediate();
      }
      if (this.isComplete) this.impairments.prune();
    } catch (error) {
      this.log("error", "a pass failed; everything is read again", { error: (error as Error).stack });
      this.dirty.resync = "all";
      this.later(() => this.wake());
    } finally {
      this.isRunning = false;
    }
  }

  private async pass(): Promise<void> {
    const { dirty } = this;
    this.events.drain();
    if (dirty.resync !== "none") {
      const what = dirty.resync;
      dirty.resync = "none";
      this.events.resync(what);
    }
    await this.settlePods();
    const { ports, wires, vnis } = this.takeSlice();
    await this.settlePorts(ports, wires);
    this.events.drain();
    await this.settleWires(ports, wires);
    this.events.drain();
    this.dropTunnels(vnis);
  }

  private async settlePods(): Promise<void> {
    const { desired } = this.world;
    const uids = takeFrom(this.dirty.pods, Number.POSITIVE_INFINITY);
    // Those that go first: a pod of the same name may be among those that come.
    uids.sort((a, b) => Number(desired.pods.has(a)) - Number(desired.pods.has(b)));
    const works: Work[] = [];
    for (const uid of uids) {
      const before = this.world.sandboxes.get(uid);
      this.sandboxes.settle(uid, desired.pods.get(uid));
      const sandbox = this.world.readySandbox(uid);
      this.reporter.touchPod(uid);
      const pod = desired.pods.get(uid);
      if (pod === undefined || sandbox === undefined || !sandbox.isManaged) continue;
      const loopback = sandbox.network.named("lo");
      const wanted = [...new Set([...pod.loopback, ...(sandbox.image?.loopback ?? [])])];
      const actual =
        loopback === undefined ? [] : [...(sandbox.network.addresses.get(loopback.ifIndex)?.values() ?? [])];
      works.push(
        this.works.plan(`pod ${uid}`, [pod, sandbox], planLoopback(sandbox.path, wanted, loopback, actual), {
          kind: "Pod",
          namespace: pod.namespace,
          name: pod.name,
        }),
      );
      if (before !== sandbox) for (const key of desired.portsOf(uid)) this.dirty.ports.add(key);
    }
    await this.works.execute(works, "PortRepaired");
    this.events.drain();
  }

  private takeSlice(): { ports: Set<PortKey>; wires: Set<string>; vnis: number[] } {
    const { dirty, world } = this;
    const wires = new Set(takeFrom(dirty.wires, WIRES_PER_SLICE));
    const ports = new Set<PortKey>();
    if (wires.size < WIRES_PER_SLICE) for (const key of takeFrom(dirty.ports, PORTS_PER_SLICE)) ports.add(key);
    for (const key of ports) for (const uid of world.desired.wiresOf(key)) wires.add(uid);
    for (const uid of wires) {
      dirty.wires.delete(uid);
      const wire = world.desired.wires.get(uid);
      for (const key of wire === undefined ? [] : portsOfWire(wire)) {
        ports.add(key);
        dirty.ports.delete(key);
      }
    }
    // Those only: a tunnel that is heard of later in this pass has its wire looked at in the next.
    const vnis = takeFrom(dirty.vnis, Number.POSITIVE_INFINITY);
    for (const vni of vnis) {
      const wire = world.desired.wireOfVni(vni);
      if (wire === undefined) continue;
      wires.add(wire.linkUid);
      for (const key of portsOfWire(wire)) ports.add(key);
    }
    return { ports, wires, vnis };
  }

  private async settlePorts(ports: ReadonlySet<PortKey>, wires: ReadonlySet<string>): Promise<void> {
    const works: Work[] = [];
    for (const key of ports) {
      const work = this.workOnPort(key);
      if (work !== undefined) works.push(work);
    }
    for (const uid of wires) {
      const wire = this.world.desired.wires.get(uid);
      if (wire?.peer.type !== "tunnel") continue;
      const { tunnel } = wire.peer;
      const plan = planTunnel(tunnelSpec(this.context, wire, tunnel), this.world.panel.named(tunnelName(tunnel.vni)));
      const work = this.works.plan(tunnelKey(uid), [wire.peer, tunnel.vni], plan.actions, aboutWire(wire));
      work.isBlocked = plan.isBlocked;
      works.push(work);
    }
    await this.works.execute(works, "LinkRepaired");
  }

  private workOnPort(key: PortKey): Work | undefined {
    const { world } = this;
    const port = world.desired.ports.get(key);
    this.reporter.touchPort(key);
    const spec = port === undefined ? undefined : portSpec(world, this.context, port);
    if (port === undefined || spec === undefined) {
      this.dropPort(key);
      return undefined;
    }
    if (this.isDoomed(key)) return undefined;
    const plan = planPort(spec, portActual(world, key));
    const work = this.works.plan(key, [port, world.sandboxes.get(port.podUid)], plan.actions, this.aboutPort(key));
    work.isBlocked = plan.isBlocked;
    work.problem = plan.problem;
    if (plan.actions.some(({ action }) => action.op === "createVeth")) {
      this.later(() => this.sandboxes.retrySysctls(port.podUid), 0);
    }
    return work;
  }

  private async settleWires(ports: ReadonlySet<PortKey>, wires: ReadonlySet<string>): Promise<void> {
    const { world } = this;
    const works: Work[] = [];
    const panel = this.context.panelPath;
    for (const uid of wires) {
      this.reporter.touchWire(uid);
      const wire = world.desired.wires.get(uid);
      if (wire === undefined) {
        this.works.forget(uid);
        this.works.forget(tunnelKey(uid));
        continue;
      }
      const keys = portsOfWire(wire);
      for (const key of keys) this.reporter.touchPort(key);
      if (keys.some((key) => world.desired.wireOf(key) !== wire || this.isDoomed(key))) continue;
      const struck = this.faults.overlay(wire);
      this.impairments.want(keys[0]!, struck.impair?.toPort ?? null);
      if (keys[1] !== undefined) this.impairments.want(keys[1], struck.impair?.toPeer ?? null);
      const near = this.impairments.endOf(keys[0]!);
      const far = wire.peer.type === "port" ? this.impairments.endOf(keys[1]!) : tunnelEnd(world, wire.peer.tunnel.vni);
      const wired = planWire({ panel, state: struck.state, far: struck.far }, near, far);
      const shaped = keys.map((key, i) => this.impairments.plan(key, [near, far][i]!));
      keys.forEach((key, i) => {
        works.push(this.works.plan(`released ${key}`, [], shaped[i]!.rest, undefined));
      });
      const planned = [...wired, ...shaped.flatMap(({ asked }) => asked)];
      const inputs = [
        struck,
        // A relay that comes and goes is nobody's meddling.
        near.relay?.ifIndex,
        far.relay?.ifIndex,
        ...keys.flatMap((key) => [world.desired.ports.get(key), world.sandboxes.get(portRef(key).podUid)]),
      ];
      // Without one of its ends it is not connected, so connecting it later repairs nothing.
      const isWhole = near.ifIndex !== undefined && far.ifIndex !== undefined;
      if (!isWhole) this.works.unsettle(uid);
      const work = this.works.plan(uid, inputs, planned, aboutWire(wire));
      work.isBlocked = !isWhole;
      work.problem = this.problemOfWire(wire, keys);
      works.push(work);
      this.announcer.consider(struck, [near, far], wired);
    }
    for (const key of ports) {
      if (world.desired.wireOf(key) !== undefined) continue;
      this.impairments.want(key, null);
      const half = world.panelHalf(key);
      if (half === undefined) continue;
      const end = looseEnd(world, half);
      const planned = [...planUnwired(panel, end, "no wire uses it"), ...this.impairments.plan(key, end).rest];
      works.push(this.works.plan(`unwired ${key}`, [], planned, undefined));
    }
    await this.works.execute(works, "LinkRepaired");
    for (const key of ports) this.impairments.release(key);
    this.announcer.flush();
  }

  private problemOfWire(wire: AssignedWire, keys: PortKey[]): Problem | undefined {
    const tunnel = this.works.problemOf(tunnelKey(wire.linkUid));
    if (tunnel !== undefined) return tunnel;
    for (const key of keys) {
      const problem = this.works.problemOf(key);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  private dropPort(key: PortKey): void {
    const half = this.world.panelHalf(key);
    this.works.forget(key);
    this.impairments.want(key, null);
    this.impairments.release(key);
    if (!this.world.desired.ports.has(key) && half === undefined) this.world.forgetPort(key);
    // Without a complete assignment nobody knows whether it is wanted; a port whose pod has gone is of no use.
    const isUnwanted = !this.world.desired.ports.has(key) ? this.isComplete : true;
    if (half === undefined || !isUnwanted) return;
    for (const uid of this.world.desired.wiresOf(key)) this.dirty.wires.add(uid);
    this.deletions.add({ op: "deleteLinks", netns: this.context.panelPath, links: [{ ifIndex: half.ifIndex }] });
  }

  /** Tunnels that no wire uses, and whatever else of ours nobody asked for. */
  private dropTunnels(vnis: readonly number[]): void {
    for (const vni of vnis) {
      if (!this.isComplete) continue;
      const isWanted = this.world.desired.wireOfVni(vni) !== undefined;
      for (const link of this.world.tunnelsOf(vni)) {
        if (isWanted && link.ifName === tunnelName(vni)) continue;
        this.deletions.add({ op: "deleteLinks", netns: this.context.panelPath, links: [{ ifIndex: link.ifIndex }] });
      }
    }
  }

  /** Marks everything in the panel that no assignment names. */
  prune(): void {
    if (!this.isComplete) return;
    const { world } = this;
    const links: { ifIndex: number }[] = [];
    for (const link of world.panel.links.values()) {
      if (!world.isOwnPanelLink(link) || (isTap(link) && this.impairments.hasRelay)) continue;
      const vni = link.vxlan?.vni;
      const key = world.portOf(link);
      const isWanted = vni === undefined ? key !== undefined : world.desired.wireOfVni(vni) !== undefined;
      if (!isWanted) links.push({ ifIndex: link.ifIndex });
    }
    if (links.length > 0) this.deletions.add({ op: "deleteLinks", netns: this.context.panelPath, links });
    this.sandboxes.prune();
  }

  /** Removes these devices from the panel, and tries everything at once that waits after failures and quarrels. */
  mend(extras: readonly number[]): void {
    this.works.forgive();
    const { desired } = this.world;
    for (const uid of desired.pods.keys()) this.dirty.pods.add(uid);
    for (const key of desired.ports.keys()) this.dirty.ports.add(key);
    for (const uid of desired.wires.keys()) this.dirty.wires.add(uid);
    const links = extras.map((ifIndex) => ({ ifIndex }));
    if (links.length > 0) this.deletions.add({ op: "deleteLinks", netns: this.context.panelPath, links });
  }

  /** True while the port's former half is on its way out. */
  private isDoomed(key: PortKey): boolean {
    const half = this.world.panelHalf(key);
    return half !== undefined && this.deletions.isDoomed(this.context.panelPath, half.ifIndex);
  }

  private markLeft(netns: string, ifIndex: number): void {
    const left = netns === this.context.panelPath ? this.world.panel.links.get(ifIndex) : undefined;
    const key = left === undefined ? undefined : this.world.portOf(left);
    if (key !== undefined) this.dirty.ports.add(key);
  }

  private aboutPort(key: PortKey): About | undefined {
    const wire = this.world.desired.wireOf(key);
    if (wire !== undefined) return aboutWire(wire);
    const pod = this.world.desired.pods.get(portRef(key).podUid);
    return pod === undefined ? undefined : { kind: "Pod", namespace: pod.namespace, name: pod.name };
  }

  private touchOwner(key: string): void {
    if (this.world.desired.ports.has(key)) for (const uid of this.world.desired.wiresOf(key)) this.dirty.wires.add(uid);
  }

  private markDirty(key: string): void {
    if (key.startsWith("pod ")) this.dirty.pods.add(key.slice("pod ".length));
    else if (key.startsWith("tunnel ")) this.dirty.wires.add(key.slice("tunnel ".length));
    else if (key.startsWith("released ")) this.dirty.ports.add(key.slice("released ".length));
    else if (key.startsWith("unwired ")) this.dirty.ports.add(key.slice("unwired ".length));
    else if (key.includes(" ")) this.dirty.ports.add(key);
    else this.dirty.wires.add(key);
    this.wake();
  }

  private later(run: () => void, delayMs = 1_000): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (!this.isStopped) run();
    }, delayMs);
    this.timers.add(timer);
  }
}

function tunnelKey(linkUid: string): string {
  return `tunnel ${linkUid}`;
}

function aboutWire(wire: AssignedWire): About {
  return { kind: "Link", namespace: wire.namespace, name: wire.name };
}
