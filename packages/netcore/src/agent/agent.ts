import { setTimeout as sleep } from "node:timers/promises";
import type { AgentHello, ApiAssignment, InspectParams, InspectResult, LabImages } from "@ratchet/contracts";
import { Executor } from "../executor/executor.js";
import { bootTimeMs } from "../ffi/boot-time.js";
import { NETNS_FOLDER } from "../ffi/named-netns.js";
import { netnsIdentity, OWN_NETNS } from "../ffi/netns.js";
import type { NetlinkListener } from "../netlink/listener.js";
import { NetlinkSocket } from "../netlink/socket.js";
import type { NetnsId } from "../plan/plan-pod.js";
import { listenKernelEvents } from "../rtnetlink/kernel-events.js";
import { Announcer } from "./announcer.js";
import { hasNetem } from "./capabilities.js";
import { CniSide } from "./cni/cni-side.js";
import type { Frame } from "./cni/local-pods.js";
import type { AgentConfig } from "./config.js";
import { Connection } from "./connection.js";
import { Dirty } from "./dirty.js";
import { EventQueue } from "./event-queue.js";
import { FaultFile } from "./faults/fault-file.js";
import { FaultKeeper } from "./faults/fault-keeper.js";
import { PodFreezer } from "./faults/pod-freezer.js";
import { FolderWatch } from "./folder-watch.js";
import { bootId, helloOf, underlayMtuBytes } from "./hello.js";
import { Impairments } from "./impair/impairments.js";
import { extraLinks, inspect } from "./inspect.js";
import type { Log } from "./log.js";
import { Observer } from "./observer.js";
import { PanelNetns } from "./panel-netns.js";
import { MARK } from "./programs.js";
import { Reconciler } from "./reconciler.js";
import { Reporter } from "./reporter.js";
import { methodsOf } from "./rpc/methods.js";
import { Rpc } from "./rpc/rpc.js";
import { Sandboxes } from "./sandboxes.js";
import type { PlanContext } from "./specs.js";
import { StateFile } from "./state-file.js";
import { Measuring } from "./telemetry/measuring.js";
import { World } from "./world.js";

// Namespaces given by pid or by a path elsewhere have no folder to watch.
const LOOK_MS = 400;
const PASSES_PER_DEEP_ONE = 20;
const INSPECT_WAIT_MS = 1000;

const NO_ASSIGNMENT: Frame = {
  ...{ storeId: "", revision: 0, full: true, pods: [], ports: [], wires: [] },
  ...{ removedPods: [], removedPorts: [], removedWires: [] },
};

/** The agent of one node: puts the parts together and passes between them what each has to say. */
export class Agent {
  private readonly world = new World();
  private readonly dirty = new Dirty();
  private readonly observer: Observer;
  private readonly panel: PanelNetns;
  private readonly panelSocket: NetlinkSocket;
  private readonly executor: Executor;
  private readonly deleter: Executor;
  private readonly listener: NetlinkListener;
  private readonly sandboxes: Sandboxes;
  private readonly cni: CniSide;
  private readonly reporter: Reporter;
  private readonly announcer: Announcer;
  private readonly faults: FaultKeeper;
  private readonly context: PlanContext;
  private readonly impairments: Impairments;
  private readonly reconciler: Reconciler;
  private readonly connection: Connection;
  private readonly rpc: Rpc;
  private readonly measuring: Measuring;
  private readonly stateFile: StateFile;
  private readonly netem: boolean;
  private readonly events: EventQueue;
  private readonly folder: FolderWatch;
  private readonly timers: NodeJS.Timeout[] = [];
  private version = 0;
  /** The newest assignment that was taken in, of whichever replica. */
  private known: AgentHello["known"];
  private passes = 0;
  private isStopped = false;

  /** Throws when the panel cannot be had or the parent interface is missing. Start with `start`. */
  constructor(
    private readonly config: AgentConfig,
    images: LabImages,
    private readonly log: Log,
  ) {
    underlayMtuBytes(config.parentInterface);
    const own = netnsIdentity(OWN_NETNS);
    this.stateFile = new StateFile(config.dataFolder, log);
    this.panel = PanelNetns.open(config.panelName, own);
    this.folder = new FolderWatch(() => this.checkNames(), log);
    this.events = new EventQueue(
      { isReady: () => this.connection.isReady, send: (event) => this.connection.send(event) },
      log,
    );
    const path = this.panel.path;
    this.panelSocket = NetlinkSocket.open(path);
    this.netem = hasNetem(this.panelSocket);
    this.observer = new Observer(this.world, this.dirty, path, this.netem, (key) => this.impairments.vanished(key));
    this.executor = new Executor({ keep: [path, OWN_NETNS] });
    this.deleter = new Executor({ keep: [path, OWN_NETNS] });
    const receiveBufferBytes = config.eventBufferKib * 1024;
    this.listener = listenKernelEvents({ netns: path, isAllNetns: true, receiveBufferBytes }, (event) => {
      if (event.type === "overrun") this.log("warn", "notifications were lost; everything is read again");
      this.observer.take(event);
      this.reconciler.wake();
    });
    const reserved = [own, this.panel.identity].flatMap((identity): NetnsId[] =>
      identity === undefined ? [] : [{ dev: String(identity.dev), inode: String(identity.inode) }],
    );
    this.cni = new CniSide(
      config,
      this.world,
      reserved,
      {
        take: (frame) => {
          this.takeIn(frame);
          this.reconciler.wake();
        },
        moved: (podUid) => this.markMoved([podUid]),
        problemOf: (key) => this.reconciler.problemOf(key),
        isConnected: () => this.connection.isReady,
        underlayMtuBytes: () => underlayMtuBytes(config.parentInterface),
      },
      log,
    );
    this.sandboxes = new Sandboxes(
      config,
      this.world,
      this.observer,
      this.panelSocket,
      images,
      reserved,
      (podUid) => this.cni.registrations.ofPod(podUid),
      {
        changed: () => this.save(),
        tell: (podUid, severity, reason, message) => {
          const pod = this.world.desired.pods.get(podUid);
          if (pod === undefined) this.log("warn", message, { podUid, reason });
          else this.events.tell({ kind: "Pod", namespace: pod.namespace, name: pod.name }, severity, reason, message);
        },
        moved: (podUid) => {
          this.dirty.pods.add(podUid);
          for (const key of this.world.desired.portsOf(podUid)) this.dirty.ports.add(key);
          this.reconciler.wake();
        },
        left: (podUid) => {
          this.rpc.podLeft(podUid);
          this.measuring.podLeft(podUid);
        },
        drain: () => this.listener.drain(),
      },
      log,
    );
    this.measuring = new Measuring(
      this.world,
      this.panelSocket,
      config.dataFolder,
      {
        send: (frame) => this.connection.send(frame),
        touched: (linkUids) => {
          for (const uid of linkUids) this.reporter.touchWire(uid);
          this.report();
        },
      },
      log,
    );
    this.rpc = new Rpc(
      methodsOf(this.world, (params) => this.inspect(params)),
      (reply) => this.connection.send(reply),
    );
    this.faults = new FaultKeeper(
      new FaultFile(config.dataFolder, log),
      { bootId: bootId(), nowMs: bootTimeMs },
      (linkUids) => {
        for (const uid of linkUids) this.dirty.wires.add(uid);
        this.connection.pause(this.faults.isCutOff);
        this.reconciler.wake();
      },
      log,
      new PodFreezer((podUid) => {
        const sandbox = this.world.readySandbox(podUid);
        return sandbox?.isManaged === true ? sandbox.inode : undefined;
      }, log),
    );
    this.impairments = new Impairments(
      {
        panelPath: path,
        dataFolder: config.dataFolder,
        mark: { [MARK]: `${config.installationId}/${config.node}/relay` },
      },
      this.netem,
      this.world,
      {
        touched: (keys) => {
          for (const key of keys) this.dirty.ports.add(key);
          this.reconciler.wake();
        },
      },
      log,
    );
    this.reporter = new Reporter(
      this.world,
      (key) => this.reconciler.problemOf(key),
      () => this.faults.reports(),
      (wire) => this.impairments.report(wire),
      (wire) => this.measuring.lossOf(wire),
    );
    this.announcer = new Announcer(this.world, path, this.executor);
    this.context = { installationId: config.installationId, panelPath: path, parentInterface: config.parentInterface };
    this.reconciler = new Reconciler(
      this.world,
      this.dirty,
      this.context,
      this.executor,
      this.deleter,
      this.sandboxes,
      this.reporter,
      this.announcer,
      this.faults,
      this.impairments,
      {
        drain: () => {
          this.listener.drain();
          this.observer.readReplaced(this.panelSocket);
        },
        done: (action) => this.observer.takeAlias(action),
        resync: (what) => this.resync(what),
        progressed: () => {
          this.cni.progressed();
          this.report();
        },
        tell: (about, severity, reason, message) => this.events.tell(about, severity, reason, message),
      },
      log,
    );
    this.connection = new Connection(
      config.apis,
      {
        hello: (protocol) => helloOf(config, { panelPath: path, netem: this.netem, known: this.known }, protocol),
        welcomed: () => {
          this.connection.send(this.reporter.full());
          this.events.flush();
        },
        assigned: (assignment) => this.assigned(assignment),
        asked: (frame) => {
          if (frame.type === "request") void this.rpc.request(frame);
          else if (frame.type === "cancel") this.rpc.cancel(frame.id);
          else this.measuring.wish(frame);
        },
        lost: () => {
          this.rpc.lost();
          this.measuring.lost();
          this.version = 0;
          this.reporter.version = 0;
        },
      },
      log,
      config,
    );
  }

  /** Takes over what is there and begins to work. Needs no API: the last assignment is on disk. */
  async start(): Promise<void> {
    const state = this.stateFile.load();
    this.cni.load();
    for (const record of state.sandboxes) this.sandboxes.records.set(record.podUid, record);
    this.observer.readPanel(this.panelSocket);
    this.executor.countFromNow(this.panel.path);
    // What is overdue ends before anything is planned.
    this.faults.load();
    // Before anything is planned as well: what runs through a relay stays impaired.
    await this.impairments.adopt();
    if (state.assignment !== null) {
      const { assignment } = state;
      this.known = { storeId: assignment.storeId, revision: assignment.revision };
      this.take({ ...assignment, full: true, removedPods: [], removedPorts: [], removedWires: [] }, true);
    } else this.takeIn(this.cni.merge(NO_ASSIGNMENT, true));
    this.folder.start();
    this.timers.push(setInterval(() => this.lookElsewhere(), LOOK_MS));
    if (this.config.resyncSeconds > 0) {
      this.timers.push(setInterval(() => this.fullPass(), this.config.resyncSeconds * 1000));
    }
    this.reconciler.wake();
    await this.cni.start();
    this.measuring.start();
    this.connection.pause(this.faults.isCutOff);
    this.connection.start();
  }

  /** Stops working and leaves the kernel as it is. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.rpc.lost();
    this.connection.stop();
    this.faults.stop();
    this.impairments.stop();
    for (const timer of this.timers) clearInterval(timer);
    this.folder.stop();
    this.reconciler.stop();
    this.announcer.stop();
    this.sandboxes.release();
    await this.measuring.stop();
    await this.stateFile.flush();
    await this.executor.close();
    await this.deleter.close();
    this.listener.close();
    this.panelSocket.close();
    this.panel.close();
  }

  get panelPath(): string {
    return this.panel.path;
  }

  private assigned(frame: ApiAssignment): void {
    this.version = frame.version;
    this.known = { storeId: frame.storeId, revision: frame.revision };
    this.take(frame);
    this.faults.take(frame);
    this.save();
    this.reconciler.wake();
  }

  /** Takes in what the control plane asks for. */
  private take(frame: Frame, isFromDisk = false): void {
    this.takeIn(this.cni.merge(frame, isFromDisk));
    if (!frame.full) return;
    this.reconciler.isComplete = true;
    this.reconciler.prune();
    for (const vni of this.world.panel.tunnels) this.dirty.vnis.add(vni);
  }

  private takeIn(frame: Frame): void {
    this.dirty.add(this.world.desired.apply(frame));
    for (const port of frame.ports) this.world.panelName(port.podUid, port.interface);
  }

  private report(): void {
    if (!this.connection.isReady) return;
    if (this.dirty.isEmpty) this.reporter.version = this.version;
    const changes = this.reporter.changes();
    if (changes !== undefined) this.connection.send(changes);
  }

  private resync(what: "panel" | "all"): void {
    this.observer.readPanel(this.panelSocket);
    if (what === "panel") return;
    for (const sandbox of this.world.sandboxes.values()) {
      this.dirty.pods.add(sandbox.podUid);
      if (sandbox.phase !== "Ready") continue;
      try {
        NetlinkSocket.use(sandbox.path, (socket) => this.observer.readPod(sandbox, socket));
      } catch (error) {
        this.log("info", "a pod's namespace cannot be read", { pod: sandbox.podUid, error: (error as Error).message });
      }
    }
  }

  /** Looks at the kernel itself, not at what it told: whatever went unnoticed shows. */
  private async inspect({ mend }: InspectParams): Promise<InspectResult> {
    // What was asked for a moment ago is no difference.
    for (let waited = 0; waited < INSPECT_WAIT_MS && !this.dirty.isEmpty; waited += 20) await sleep(20);
    this.listener.drain();
    this.resync("all");
    const result = {
      panel: this.config.panelName,
      ...inspect(this.world, this.context, this.faults, this.impairments),
    };
    if (mend) this.reconciler.mend(extraLinks(this.world));
    this.reconciler.wake();
    return result;
  }

  /** The panel alone, however many pods there are: their own namespaces are followed by events, and read rarely. */
  private fullPass(): void {
    this.passes++;
    if (this.passes % PASSES_PER_DEEP_ONE === 0) this.dirty.resync = "all";
    else if (this.dirty.resync === "none") this.dirty.resync = "panel";
    this.checkNames();
    void this.cni.drainNotes();
    this.reconciler.wake();
    this.reconciler.prune();
  }

  private checkNames(): void {
    if (this.isStopped) return;
    if (!this.panel.isNamed) {
      try {
        this.panel.restoreName();
        this.log("warn", "the panel's name was deleted; given back");
        this.events.tell(
          { kind: "Node", namespace: null, name: this.config.node },
          "warning",
          "PanelRepaired",
          "found: the panel's name was deleted; done: gave it back, no wire was touched",
        );
      } catch (error) {
        this.log("error", "cannot give the panel its name back", { error: (error as Error).message });
      }
    }
    this.markMoved(this.sandboxes.findMoved());
  }

  private lookElsewhere(): void {
    for (const sandbox of this.world.sandboxes.values()) {
      if (sandbox.path === "" || sandbox.path.startsWith(`${NETNS_FOLDER}/`)) continue;
      this.markMoved(this.sandboxes.findMoved());
      return;
    }
  }

  private markMoved(uids: readonly string[]): void {
    if (uids.length === 0) return;
    for (const uid of uids) this.dirty.pods.add(uid);
    this.reconciler.wake();
  }

  private save(): void {
    this.stateFile.save(() => ({
      assignment: this.reconciler.isComplete ? this.cni.remoteOf(this.world.desired.toAssignment()) : null,
      sandboxes: this.sandboxes.recordsNow(),
    }));
  }
}
