import { readFileSync } from "node:fs";
import type { NetnsId } from "../../plan/plan-pod.js";
import type { AgentConfig } from "../config.js";
import type { Log } from "../log.js";
import { identify } from "../sandboxes.js";
import type { World } from "../world.js";
import { CniServer } from "./cni-server.js";
import { CniService } from "./cni-service.js";
import { deriveLocalPod, keepPorts } from "./derive-local-pod.js";
import { type KubePod, type KubePods, NO_KUBE_PODS } from "./kube-pod.js";
import { type Frame, LocalPods } from "./local-pods.js";
import { Moments } from "./moments.js";
import { OwnPods } from "./own-pods.js";
import { PendingNotes } from "./pending-notes.js";
import { RegistrationFile } from "./registration-file.js";
import { Registrations } from "./registrations.js";

export interface CniSideEvents {
  /** What is asked for has changed by what was derived here. */
  take(frame: Frame): void;
  /** A pod's namespace was registered or taken back. */
  moved(podUid: string): void;
  problemOf(key: string): { message: string } | undefined;
  isConnected(): boolean;
  underlayMtuBytes(): number;
}

// What a VXLAN header takes off an underlay, as the control plane reckons it.
const OVERHEAD_V4_BYTES = 50;
const OVERHEAD_V6_BYTES = 70;

/** The agent's side of CNI: who is registered, what they ask for, and the socket the executable talks to. */
export class CniSide {
  readonly registrations = new Registrations();
  private readonly localPods = new LocalPods();
  private readonly moments = new Moments();
  private readonly file: RegistrationFile;
  private readonly notes: PendingNotes;
  private readonly service: CniService;
  private readonly server: CniServer;
  private readonly bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  private base = { storeId: "", revision: 0 };
  private graceTimer: NodeJS.Timeout | undefined;
  private isListening = false;
  private readonly ownPods: OwnPods | undefined;
  private readonly pods: KubePods;

  constructor(
    private readonly config: AgentConfig,
    world: World,
    reserved: readonly NetnsId[],
    private readonly events: CniSideEvents,
    private readonly log: Log,
  ) {
    this.file = new RegistrationFile(config.dataFolder, log);
    this.notes = new PendingNotes(config.cniState, log);
    this.ownPods =
      config.kubeconfig === undefined
        ? undefined
        : new OwnPods(config.node, (namespace, name) => this.podChanged(namespace, name), log, config.usesLabels);
    this.pods = this.ownPods ?? NO_KUBE_PODS;
    this.service = new CniService(world, this.registrations, this.pods, this.moments, {
      bootId: this.bootId,
      identify,
      isReserved: ({ dev, inode }) => reserved.some((own) => own.dev === dev && own.inode === inode),
      commit: () => this.file.commit(() => ({ registrations: this.registrations.all() })),
      moved: (podUid) => events.moved(podUid),
      problemOf: (key) => events.problemOf(key),
      isConnected: () => events.isConnected(),
      derive: (pod) => this.derive(pod),
      setLocal: (podUid, local) => this.changed(this.localPods.set(podUid, local, this.base)),
    });
    this.server = new CniServer(this.service, log);
  }

  /** Reads the registrations; those of another boot, or whose namespace has vanished meanwhile, are let go. */
  load(): void {
    for (const item of this.file.load().registrations) this.registrations.put(item);
    const dead = this.registrations.dead(this.bootId, identify);
    for (const item of dead) this.registrations.remove(item);
    for (const { podUid, local } of this.registrations.all()) {
      if (local !== null) this.localPods.set(podUid, local, this.base);
    }
    if (dead.length > 0) {
      this.log("info", "sandboxes are gone since the agent ran last", { count: dead.length });
      this.file.save(() => ({ registrations: this.registrations.all() }));
    }
  }

  /** Begins to serve, once the agent knows its last assignment. The notes come first: they are older than any request. */
  async start(): Promise<void> {
    if (this.config.kubeconfig !== undefined) await this.ownPods?.start(this.config.kubeconfig);
    if (this.config.cniSocket === undefined) return;
    await this.drainNotes();
    await this.server.listen(this.config.cniSocket);
    this.isListening = true;
  }

  async stop(): Promise<void> {
    clearTimeout(this.graceTimer);
    await this.ownPods?.stop();
    if (this.isListening) await this.server.close();
    await this.file.flush();
  }

  /** The control plane's frame joined with what was derived here. */
  merge(frame: Frame, isFromDisk = false): Frame {
    this.base = { storeId: frame.storeId, revision: frame.revision };
    const merged = this.localPods.merge(frame, isFromDisk);
    this.watchGrace();
    return merged;
  }

  remoteOf<T extends Pick<Frame, "pods" | "ports">>(assignment: T): T {
    return this.localPods.remoteOf(assignment);
  }

  /** Kernel or assignment have moved: requests that wait look again. */
  progressed(): void {
    this.moments.happened();
  }

  /** Kubernetes told of a pod of this node, or that it is gone. */
  private podChanged(namespace: string, name: string): void {
    const pod = this.pods.get(namespace, name);
    for (const item of this.registrations.all()) {
      // Its neighbours' labels describe their ends too.
      if (item.namespace !== namespace || !this.localPods.has(item.podUid)) continue;
      const own = item.name === name ? pod : this.pods.get(item.namespace, item.name);
      if (own === undefined || own.uid !== item.podUid) continue;
      const local = keepPorts(item.local, this.derive(own), this.pods.all());
      if (JSON.stringify(local) === JSON.stringify(item.local)) continue;
      item.local = local;
      this.changed(this.localPods.set(item.podUid, local, this.base));
      this.file.save(() => ({ registrations: this.registrations.all() }));
    }
    this.moments.happened();
  }

  /** The DELs that found no agent, at the start and whenever one may have come meanwhile. */
  async drainNotes(): Promise<void> {
    if (this.config.cniSocket === undefined) return;
    const count = await this.notes.drain(({ at: _, ...request }) => this.service.del(request));
    if (count > 0) this.log("info", "obeyed the DELs that found no agent", { count });
  }

  private derive(pod: KubePod) {
    const overhead = this.config.vtepAddress.includes(":") ? OVERHEAD_V6_BYTES : OVERHEAD_V4_BYTES;
    return deriveLocalPod(pod, this.pods.all(), this.events.underlayMtuBytes() - overhead);
  }

  private changed(frame: Frame): void {
    this.watchGrace();
    this.events.take(frame);
  }

  private watchGrace(): void {
    clearTimeout(this.graceTimer);
    const waitMs = this.localPods.nextExpiryMs();
    if (waitMs === undefined) return;
    this.graceTimer = setTimeout(() => this.changed(this.localPods.expire(this.base)), waitMs + 1);
    this.graceTimer.unref();
  }
}
