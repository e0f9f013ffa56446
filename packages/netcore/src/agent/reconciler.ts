import { setImmediate } from "node:timers/promises";
import type { AssignedWire } from "@ratchet/contracts";
import type { Action, ActionResult } from "../executor/action.js";
import type { Executor } from "../executor/executor.js";
import { portsOfWire } from "../model/desired.js";
import { type PortKey, portRef } from "../model/key.js";
import { isAlreadyExists } from "../netlink/error.js";
import { planLoopback } from "../plan/plan-loopback.js";
import { planPort } from "../plan/plan-port.js";
import { planTunnel } from "../plan/plan-tunnel.js";
import { planUnwired, planWire } from "../plan/plan-wire.js";
import { describeRepair, type Planned } from "../plan/planned.js";
import type { Announcer } from "./announcer.js";
import { Backoff } from "./backoff.js";
import { type Dirty, takeFrom } from "./dirty.js";
import type { FaultKeeper } from "./faults/fault-keeper.js";
import type { Log } from "./log.js";
import { tunnelName } from "./names.js";
import { RepairGuard } from "./repair-guard.js";
import type { Reporter } from "./reporter.js";
import type { Problem } from "./reports.js";
import type { Sandboxes } from "./sandboxes.js";
import { looseEnd, type PlanContext, portActual, portEnd, portSpec, tunnelEnd, tunnelSpec } from "./specs.js";
import type { World } from "./world.js";

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

export interface About {
  kind: "Link" | "Pod";
  namespace: string;
  name: string;
}

/** What one object's plan was, until it is known whether the kernel took it. */
interface Work {
  key: string;
  planned: Planned[];
  /** Present when the object had been as asked and nothing was asked anew. */
  repair: About | undefined;
  isBlocked: boolean;
  problem: Problem | undefined;
  /** Identity of everything asked for: the same again means that a later difference is somebody else's doing. */
  inputs: unknown[];
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
  private readonly converged = new Map<string, unknown[]>();
  private readonly problems = new Map<string, Problem>();
  private readonly backoffs = new Map<string, Backoff>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly deleting = new Set<number>();
  private readonly guard = new RepairGuard();
  /** How many objects full passes found changed without an event having said so: flat when healthy. */
  repairs = 0;

  constructor(
    private readonly world: World,
    private readonly dirty: Dirty,
    private readonly context: PlanContext,
    private readonly executor: Executor,
    private readonly deleter: Executor,
    private readonly sandboxes: Sandboxes,
    private readonly reporter: Reporter,
    private readonly announcer: Announcer,
    private readonly faults: Pick<FaultKeeper, "overlay">,
    private readonly events: ReconcilerEvents,
    private readonly log: Log,
  ) {}

  problemOf = (key: string): Problem | undefined => this.problems.get(key);

  /** Makes sure that a pass follows. */
  wake(): void {
    if (this.isRunning || this.isStopped) return;
    this.isRunning = true;
    void this.run();
  }

  stop(): void {
    this.isStopped = true;
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
    } catch (error) {
      this.log("error", "a pass failed; everything is read again", { error: (error as Error).stack });
      this.dirty.resync = "all";
      this.later("loop", () => this.wake());
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
        this.work(`pod ${uid}`, [pod, sandbox], planLoopback(sandbox.path, wanted, loopback, actual), {
          kind: "Pod",
          namespace: pod.namespace,
          name: pod.name,
        }),
      );
      if (before !== sandbox) for (const key of desired.portsOf(uid)) this.dirty.ports.add(key);
    }
    await this.execute(works, "PortRepaired");
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
      const work = this.work(tunnelKey(uid), [wire.peer, tunnel.vni], plan.actions, aboutWire(wire));
      work.isBlocked = plan.isBlocked;
      works.push(work);
    }
    await this.execute(works, "LinkRepaired");
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
    const work = this.work(key, [port, world.sandboxes.get(port.podUid)], plan.actions, this.aboutPort(key));
    work.isBlocked = plan.isBlocked;
    work.problem = plan.problem;
    if (plan.actions.some(({ action }) => action.op === "createVeth")) {
      this.later(`sysctls ${port.podUid}`, () => this.sandboxes.retrySysctls(port.podUid), 0);
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
        this.forget(uid);
        this.forget(tunnelKey(uid));
        continue;
      }
      const keys = portsOfWire(wire);
      for (const key of keys) this.reporter.touchPort(key);
      if (keys.some((key) => world.desired.wireOf(key) !== wire || this.isDoomed(key))) continue;
      const near = portEnd(world, keys[0]!);
      const far = wire.peer.type === "port" ? portEnd(world, keys[1]!) : tunnelEnd(world, wire.peer.tunnel.vni);
      const struck = this.faults.overlay(wire);
      const planned = planWire({ panel, state: struck.state, far: struck.far }, near, far);
      const inputs = [
        struck,
        ...keys.flatMap((key) => [world.desired.ports.get(key), world.sandboxes.get(portRef(key).podUid)]),
      ];
      // Without one of its ends it is not connected, so connecting it later repairs nothing.
      const isWhole = near.ifIndex !== undefined && far.ifIndex !== undefined;
      if (!isWhole) this.converged.delete(uid);
      const work = this.work(uid, inputs, planned, aboutWire(wire));
      work.isBlocked = !isWhole;
      work.problem = this.problemOfWire(wire, keys);
      works.push(work);
      this.announcer.consider(struck, [near, far], planned);
    }
    for (const key of ports) {
      if (world.desired.wireOf(key) !== undefined) continue;
      const half = world.panelHalf(key);
      if (half === undefined) continue;
      works.push(
        this.work(`unwired ${key}`, [], planUnwired(panel, looseEnd(world, half), "no wire uses it"), undefined),
      );
    }
    await this.execute(works, "LinkRepaired");
    this.announcer.flush();
  }

  private problemOfWire(wire: AssignedWire, keys: PortKey[]): Problem | undefined {
    const tunnel = this.problems.get(tunnelKey(wire.linkUid));
    if (tunnel !== undefined) return tunnel;
    for (const key of keys) {
      const problem = this.problems.get(key);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  private work(key: string, inputs: unknown[], planned: Planned[], about: About | undefined): Work {
    const before = this.converged.get(key);
    const isRepair = planned.length > 0 && before !== undefined && isSameList(before, inputs);
    return { key, planned, repair: isRepair ? about : undefined, isBlocked: false, problem: undefined, inputs };
  }

  /** Carries out many objects' plans together and keeps account of each. */
  private async execute(works: Work[], reason: "LinkRepaired" | "PortRepaired"): Promise<void> {
    const admitted = works.filter((work) => this.admit(work));
    const actions: Action[] = [];
    const removals: Action[] = [];
    const owners: Work[] = [];
    for (const work of admitted) {
      for (const { action } of work.planned) {
        if (action.op === "deleteLinks") removals.push(action);
        else {
          actions.push(action);
          owners.push(work);
        }
      }
    }
    const failures = new Map<Work, Problem>();
    const results = actions.length === 0 ? [] : await this.executor.run(actions);
    this.events.drain();
    for (const { ok, action } of results) if (ok) this.events.done(action);
    results.forEach((result, i) => {
      const work = owners[i]!;
      if (!result.ok && !failures.has(work)) failures.set(work, this.explain(result));
    });
    for (const action of removals) this.deleteNow(action);
    for (const work of admitted) this.settle(work, failures.get(work), reason);
  }

  private admit(work: Work): boolean {
    if (work.repair === undefined) return true;
    const { waitMs, isNew } = this.guard.ask(work.key);
    if (waitMs === 0) return true;
    if (isNew) {
      const findings = work.planned.map(({ finding }) => finding).join(", ");
      const message = `somebody keeps undoing the repair (${findings}); tried again in ${Math.round(waitMs / 1000)} s`;
      this.events.tell(work.repair, "warning", "RepairPaused", message);
      this.later(`guard ${work.key}`, () => this.markDirty(work.key), waitMs + 1);
    }
    return false;
  }

  private settle(work: Work, failure: Problem | undefined, reason: "LinkRepaired" | "PortRepaired"): void {
    const { key } = work;
    const problem = failure ?? work.problem;
    const before = this.problems.get(key);
    if (problem === undefined) this.problems.delete(key);
    else this.problems.set(key, problem);
    if (before?.message !== problem?.message) this.touchOwner(key);
    if (failure !== undefined) {
      const backoff = this.backoffs.get(key) ?? new Backoff(100, 30_000);
      this.backoffs.set(key, backoff);
      this.later(`retry ${key}`, () => this.markDirty(key), backoff.next());
      this.log("warn", "an object is not as asked", { key, reason: failure.reason, error: failure.message });
      return;
    }
    this.backoffs.delete(key);
    if (work.repair !== undefined) {
      this.repairs++;
      this.guard.note(key);
      const why = work.repair.kind === "Pod" ? "PortRepaired" : reason;
      this.events.tell(work.repair, "warning", why, describeRepair(work.planned));
    }
    if (!work.isBlocked && problem === undefined) this.converged.set(key, work.inputs);
  }

  private explain(result: ActionResult & { ok: false }): Problem {
    const { action, error } = result;
    if (isAlreadyExists(error.cause) && (action.op === "createVeth" || action.op === "createVxlan")) {
      // Something is there that no event told of: look before trying again.
      this.dirty.resync = "all";
      if (action.op === "createVxlan") {
        return {
          reason: "VniInUse",
          message: `another device of this node has VNI ${action.vni} on port ${action.dstPort}`,
        };
      }
    }
    if (action.op === "addRoute" && isAlreadyExists(error.cause)) {
      return { reason: "RouteExists", message: `the pod already has a route to ${action.to} that is not this port's` };
    }
    return { reason: "KernelRefused", message: error.message };
  }

  private dropPort(key: PortKey): void {
    const half = this.world.panelHalf(key);
    this.forget(key);
    if (!this.world.desired.ports.has(key) && half === undefined) this.world.forgetPort(key);
    // Without a complete assignment nobody knows whether it is wanted; a port whose pod has gone is of no use.
    const isUnwanted = !this.world.desired.ports.has(key) ? this.isComplete : true;
    if (half === undefined || !isUnwanted) return;
    for (const uid of this.world.desired.wiresOf(key)) this.dirty.wires.add(uid);
    this.deleteNow({ op: "deleteLinks", netns: this.context.panelPath, links: [{ ifIndex: half.ifIndex }] });
  }

  /** Tunnels that no wire uses, and whatever else of ours nobody asked for. */
  private dropTunnels(vnis: readonly number[]): void {
    for (const vni of vnis) {
      if (!this.isComplete) continue;
      const isWanted = this.world.desired.wireOfVni(vni) !== undefined;
      for (const link of this.world.tunnelsOf(vni)) {
        if (isWanted && link.ifName === tunnelName(vni)) continue;
        this.deleteNow({ op: "deleteLinks", netns: this.context.panelPath, links: [{ ifIndex: link.ifIndex }] });
      }
    }
  }

  /** Marks everything in the panel that no assignment names. */
  prune(): void {
    if (!this.isComplete) return;
    const { world } = this;
    const links: { ifIndex: number }[] = [];
    for (const link of world.panel.links.values()) {
      if (!world.isOwnPanelLink(link)) continue;
      const vni = link.vxlan?.vni;
      const key = world.portOf(link);
      const isWanted = vni === undefined ? key !== undefined : world.desired.wireOfVni(vni) !== undefined;
      if (!isWanted) links.push({ ifIndex: link.ifIndex });
    }
    if (links.length > 0) this.deleteNow({ op: "deleteLinks", netns: this.context.panelPath, links });
    this.sandboxes.prune();
  }

  /** Removes these devices from the panel, and tries everything at once that waits after failures and quarrels. */
  mend(extras: readonly number[]): void {
    this.guard.forgetAll();
    this.backoffs.clear();
    const { desired } = this.world;
    for (const uid of desired.pods.keys()) this.dirty.pods.add(uid);
    for (const key of desired.ports.keys()) this.dirty.ports.add(key);
    for (const uid of desired.wires.keys()) this.dirty.wires.add(uid);
    const links = extras.map((ifIndex) => ({ ifIndex }));
    if (links.length > 0) this.deleteNow({ op: "deleteLinks", netns: this.context.panelPath, links });
  }

  /**
   * True while the port's former half is on its way out: asked for again meanwhile, it is made when the kernel tells
   * that the old one is gone, and nobody is to blame for that.
   */
  private isDoomed(key: PortKey): boolean {
    const half = this.world.panelHalf(key);
    if (half === undefined) return false;
    return this.deleting.has(half.ifIndex) || this.doomed.get(this.context.panelPath)?.has(half.ifIndex) === true;
  }

  private readonly doomed = new Map<string, Set<number>>();

  /** Deletes on another thread; what is asked for within one turn goes together, for the kernel's grace periods. */
  private deleteNow(action: Action): void {
    if (action.op !== "deleteLinks") return;
    let batch = this.doomed.get(action.netns);
    if (batch === undefined) {
      this.doomed.set(action.netns, (batch = new Set()));
      void setImmediate().then(() => this.deleteBatch(action.netns));
    }
    for (const link of action.links) if ("ifIndex" in link && !this.deleting.has(link.ifIndex)) batch.add(link.ifIndex);
  }

  private async deleteBatch(netns: string): Promise<void> {
    const batch = [...(this.doomed.get(netns) ?? [])];
    this.doomed.delete(netns);
    if (batch.length === 0 || this.isStopped) return;
    for (const ifIndex of batch) this.deleting.add(ifIndex);
    const links = batch.map((ifIndex) => ({ ifIndex }));
    const [result] = await this.deleter.run([{ op: "deleteLinks", netns, links }]);
    for (const ifIndex of batch) {
      this.deleting.delete(ifIndex);
      // Passed over while it was doomed: still there, or made anew meanwhile with the same index.
      const left = netns === this.context.panelPath ? this.world.panel.links.get(ifIndex) : undefined;
      const key = left === undefined ? undefined : this.world.portOf(left);
      if (key !== undefined) this.dirty.ports.add(key);
    }
    if (result?.ok === false) {
      this.log("warn", "cannot delete", { error: result.error.message });
      this.later(`delete ${netns}`, () => {
        this.dirty.resync = "all";
        this.wake();
      });
    }
    this.events.drain();
    this.wake();
  }

  private aboutPort(key: PortKey): About | undefined {
    const wire = this.world.desired.wireOf(key);
    if (wire !== undefined) return aboutWire(wire);
    const pod = this.world.desired.pods.get(portRef(key).podUid);
    return pod === undefined ? undefined : { kind: "Pod", namespace: pod.namespace, name: pod.name };
  }

  private forget(key: string): void {
    this.converged.delete(key);
    this.problems.delete(key);
    this.backoffs.delete(key);
    this.guard.forget(key);
  }

  private touchOwner(key: string): void {
    if (this.world.desired.ports.has(key)) for (const uid of this.world.desired.wiresOf(key)) this.dirty.wires.add(uid);
  }

  private markDirty(key: string): void {
    if (key.startsWith("pod ")) this.dirty.pods.add(key.slice("pod ".length));
    else if (key.startsWith("tunnel ")) this.dirty.wires.add(key.slice("tunnel ".length));
    else if (key.startsWith("unwired ")) this.dirty.ports.add(key.slice("unwired ".length));
    else if (key.includes(" ")) this.dirty.ports.add(key);
    else this.dirty.wires.add(key);
    this.wake();
  }

  private later(_what: string, run: () => void, delayMs = 1_000): void {
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

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}
