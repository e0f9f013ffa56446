import type { AgentStatus, AssignedWire, FaultReport, PortRef, WireReport } from "@ratchet/contracts";
import { type PortKey, portRef } from "../model/key.js";
import { type Problem, podReport, portReport, wireReport } from "./reports.js";
import type { World } from "./world.js";

/**
 * Says what the kernel has: everything after a connect, afterwards what differs from what was said last.
 * Comparing what would be said keeps the many events of one change down to one frame.
 */
export class Reporter {
  private readonly pods = new Map<string, string>();
  private readonly ports = new Map<PortKey, string>();
  private readonly wires = new Map<string, string>();
  private readonly vnis = new Set<number>();
  private readonly faults = new Map<string, string>();
  private readonly touched = { pods: new Set<string>(), ports: new Set<PortKey>(), wires: new Set<string>() };
  private saidVersion = -1;
  /** `version` of the last assignment that has been taken in. */
  version = 0;

  constructor(
    private readonly world: World,
    private readonly problemOf: (key: string) => Problem | undefined,
    private readonly knownFaults: () => FaultReport[] = () => [],
    private readonly impairOf: (wire: AssignedWire) => WireReport["impair"] = () => undefined,
    private readonly underlayOf: (wire: AssignedWire) => WireReport["underlay"] = () => undefined,
  ) {}

  touchPod(uid: string): void {
    this.touched.pods.add(uid);
  }

  touchPort(key: PortKey): void {
    this.touched.ports.add(key);
  }

  touchWire(uid: string): void {
    this.touched.wires.add(uid);
  }

  /** Everything, for a fresh connection. */
  full(): AgentStatus {
    this.pods.clear();
    this.ports.clear();
    this.wires.clear();
    this.vnis.clear();
    this.faults.clear();
    const { desired, sandboxes } = this.world;
    for (const uid of sandboxes.keys()) this.touched.pods.add(uid);
    for (const key of desired.ports.keys()) this.touched.ports.add(key);
    for (const uid of desired.wires.keys()) this.touched.wires.add(uid);
    // What an earlier connection was told counts no more.
    this.saidVersion = this.version;
    return { ...this.collect(), full: true };
  }

  /** What has changed since; undefined when nothing has. */
  changes(): AgentStatus | undefined {
    const status = this.collect();
    const isEmpty =
      status.pods.length === 0 &&
      status.ports.length === 0 &&
      status.wires.length === 0 &&
      status.removedPods.length === 0 &&
      status.removedPorts.length === 0 &&
      status.removedWires.length === 0 &&
      status.vnis.length === 0 &&
      status.removedVnis.length === 0 &&
      status.faults?.length === 0 &&
      status.removedFaults?.length === 0;
    if (isEmpty && this.saidVersion === this.version) return undefined;
    this.saidVersion = this.version;
    return status;
  }

  private collect(): AgentStatus {
    const { world, touched } = this;
    const status: AgentStatus = {
      type: "status",
      full: false,
      version: this.version,
      pods: [],
      ports: [],
      wires: [],
      removedPods: [],
      removedPorts: [],
      removedWires: [],
      vnis: [],
      removedVnis: [],
    };
    for (const uid of touched.pods) {
      say(this.pods, uid, podReport(world, uid), status.pods, () => status.removedPods.push(uid));
    }
    for (const key of touched.ports) {
      const report = world.desired.ports.has(key) ? portReport(world, key, this.problemOf(key)) : undefined;
      say(this.ports, key, report, status.ports, () => status.removedPorts.push(portRef(key) as PortRef));
    }
    for (const uid of touched.wires) {
      const wire = world.desired.wires.get(uid);
      const report = wire && wireReport(world, wire, this.problemOf(uid), this.impairOf(wire), this.underlayOf(wire));
      say(this.wires, uid, report, status.wires, () => status.removedWires.push(uid));
    }
    for (const set of Object.values(touched)) set.clear();
    this.collectVnis(status);
    return { ...status, ...this.collectFaults() };
  }

  private collectFaults(): Required<Pick<AgentStatus, "faults" | "removedFaults">> {
    const known = this.knownFaults();
    const uids = new Set(known.map(({ faultUid }) => faultUid));
    const removedFaults = [...this.faults.keys()].filter((uid) => !uids.has(uid));
    for (const uid of removedFaults) this.faults.delete(uid);
    // How long it has been active is different each time and no news by itself.
    const faults = known.filter(({ activeMs: _, ...report }) => {
      const text = JSON.stringify(report);
      const isNews = this.faults.get(report.faultUid) !== text;
      this.faults.set(report.faultUid, text);
      return isNews;
    });
    return { faults, removedFaults };
  }

  private collectVnis(status: AgentStatus): void {
    const present = this.world.panel.tunnels;
    for (const vni of present) if (!this.vnis.has(vni)) status.vnis.push(vni);
    for (const vni of this.vnis) if (!present.has(vni)) status.removedVnis.push(vni);
    for (const vni of status.vnis) this.vnis.add(vni);
    for (const vni of status.removedVnis) this.vnis.delete(vni);
  }
}

function say<T>(said: Map<string, string>, key: string, report: T | undefined, out: T[], remove: () => void): void {
  if (report === undefined) {
    if (said.delete(key)) remove();
    return;
  }
  const text = JSON.stringify(report);
  if (said.get(key) === text) return;
  said.set(key, text);
  out.push(report);
}
