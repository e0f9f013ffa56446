import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AssignedPod, LabImages, SandboxRecord } from "@ratchet/contracts";
import {
  createNamedNetns,
  deleteNamedNetns,
  NETNS_FOLDER,
  namedNetnsExists,
  namedNetnsPath,
} from "../ffi/named-netns.js";
import { closeNetns, type NetnsIdentity, netnsIdentity, OWN_NETNS, openNetns } from "../ffi/netns.js";
import { PodNetwork } from "../model/pod-network.js";
import { NetlinkSocket } from "../netlink/socket.js";
import { type LifeMark, type NetnsId, planPod } from "../plan/plan-pod.js";
import { ensureNetnsId } from "../rtnetlink/netns-id.js";
import type { AgentConfig } from "./config.js";
import { markLife, readLife } from "./life-mark.js";
import type { Log } from "./log.js";
import type { Observer } from "./observer.js";
import { endMarked, type ProgramHost, Programs } from "./programs.js";
import { writeSysctls } from "./sysctls.js";
import type { Sandbox, World } from "./world.js";

export interface SandboxEvents {
  /** Records changed: save them. */
  changed(): void;
  /** Something a person should read about a pod. */
  tell(podUid: string, severity: "info" | "warning", reason: string, message: string): void;
  /** A namespace has come or gone: everything of the pod has to be looked at. */
  moved(podUid: string): void;
  /** The namespace the pod had is given up: whatever is open in it is to be closed now. */
  left(podUid: string): void;
  /** Reads what the kernel has told meanwhile. */
  drain(): void;
}

/** Where CNI said that a pod's namespace is. */
export type RegisteredNetns = (podUid: string) => (NetnsId & { netns: string }) | undefined;

/** Finds, makes and ends the namespaces of pods. */
export class Sandboxes {
  readonly records = new Map<string, SandboxRecord>();
  private readonly programs: Programs;
  private readonly bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  private readonly ending = new Map<string, Promise<void>>();
  private readonly endingNames = new Set<string>();
  private readonly failedSysctls = new Map<string, Record<string, string>>();

  constructor(
    private readonly config: AgentConfig,
    private readonly world: World,
    private readonly observer: Observer,
    private readonly panelSocket: NetlinkSocket,
    private readonly images: LabImages,
    private readonly reserved: readonly NetnsId[],
    private readonly registered: RegisteredNetns,
    private readonly events: SandboxEvents,
    log: Log,
  ) {
    this.programs = new Programs(
      log,
      (podUid, message) => events.tell(podUid, "warning", "ProgramEnded", message),
      () => events.changed(),
    );
  }

  /** Brings one pod's namespace to what is asked for; `pod` undefined = it is no longer assigned. */
  settle(podUid: string, pod: AssignedPod | undefined): void {
    try {
      this.settleNow(podUid, pod);
    } catch (error) {
      // A namespace that cannot be looked at concerns its own pod alone.
      if (pod === undefined) throw error;
      this.leave(podUid);
      this.put(pod, "", "Pending", (error as Error).message);
    }
  }

  private settleNow(podUid: string, pod: AssignedPod | undefined): void {
    if (this.ending.has(podUid)) return;
    const record = this.records.get(podUid);
    if (pod === undefined) {
      if (record !== undefined) this.drop(record);
      this.leave(podUid);
      this.world.sandboxes.delete(podUid);
      return;
    }
    if ("managed" in pod.sandbox && this.isNameBusy(pod)) {
      this.put(pod, "", "Pending", "the namespace of a former pod of this name is being taken away");
      return;
    }
    const path = this.pathOf(pod);
    const found = path === undefined ? undefined : identify(path);
    const marked = this.lifeOf(pod, path, found, record);
    const decision = planPod(pod, {
      found,
      marked,
      remembered: record,
      bootId: this.bootId,
      registered: this.registered(podUid),
      allowsForeign: this.config.allowsForeignSandboxes,
      reserved: this.reserved,
    });
    switch (decision.step) {
      case "wait":
        this.leave(podUid);
        this.put(pod, path ?? "", "Pending", decision.message);
        return;
      case "gone":
        if (record !== undefined && this.world.sandboxes.get(podUid)?.phase !== "Gone") {
          void this.programs.stop(podUid, this.markOf(podUid), this.folderOf(podUid));
          this.events.tell(podUid, "warning", "PodGone", decision.message);
        }
        this.leave(podUid);
        this.put(pod, path ?? "", "Gone", decision.message);
        return;
      case "remove":
        this.leave(podUid);
        this.put(pod, path ?? "", "Gone", decision.message);
        if (record !== undefined) {
          this.records.delete(podUid);
          this.remove(podUid, record.netnsName);
          this.events.changed();
        } else if (found !== undefined) this.remove(podUid, this.managedName(pod));
        return;
      case "create":
        this.leave(podUid);
        if (decision.replaces && (found !== undefined || record !== undefined)) {
          this.put(pod, path ?? "", "Pending", "its former namespace is being taken away");
          this.records.delete(podUid);
          this.remove(podUid, this.managedName(pod));
          return;
        }
        this.make(pod);
        return;
      case "use":
        if (path !== undefined && found !== undefined) {
          this.use(pod, path, found, record, marked?.incarnation ?? record?.incarnation);
        }
        return;
    }
  }

  /** Sysctls that name an interface can be written once it is there. */
  retrySysctls(podUid: string): void {
    const sysctls = this.failedSysctls.get(podUid);
    const sandbox = this.world.readySandbox(podUid);
    if (sysctls !== undefined && sandbox !== undefined) this.applySysctls(sandbox, sysctls);
  }

  /** Pods whose namespace is not what it was; cheap enough to ask whenever the folder of names moves. */
  findMoved(): string[] {
    const moved: string[] = [];
    for (const [uid, sandbox] of this.world.sandboxes) {
      if (sandbox.path === "") continue;
      const now = identify(sandbox.path);
      const isThere = now !== undefined && now.dev === sandbox.dev && now.inode === sandbox.inode;
      if (sandbox.phase === "Ready" ? !isThere : now !== undefined) moved.push(uid);
    }
    return moved;
  }

  /** Program pids change while records stay: joined when the state is written. */
  recordsNow(): SandboxRecord[] {
    return [...this.records.values()].map((record) => ({ ...record, programs: this.programs.records(record.podUid) }));
  }

  /** Stops looking after programs and leaves them running. */
  release(): void {
    this.programs.release();
  }

  async settled(): Promise<void> {
    await Promise.all(this.ending.values());
  }

  /** What a managed namespace says of itself, when it is not the one the agent remembers. */
  private lifeOf(
    pod: AssignedPod,
    path: string | undefined,
    found: NetnsId | undefined,
    record: SandboxRecord | undefined,
  ): LifeMark | undefined {
    if (!("managed" in pod.sandbox) || path === undefined || found === undefined) return undefined;
    if (record?.dev === found.dev && record.inode === found.inode) return undefined;
    return readLife(path, this.config.installationId);
  }

  /** `life`: the incarnation it was made for, when that is known to be a later one. */
  private use(
    pod: AssignedPod,
    path: string,
    found: NetnsId,
    record: SandboxRecord | undefined,
    life = pod.incarnation,
  ): void {
    const known = this.world.sandboxes.get(pod.podUid);
    if (known?.phase === "Ready" && known.dev === found.dev && known.inode === found.inode) {
      known.incarnation = pod.incarnation;
      if (known.isManaged) this.applySysctls(known, { ...known.image?.sysctls, ...pod.sysctls });
      return;
    }
    const isManaged = "managed" in pod.sandbox;
    const sandbox = this.enter(pod, path, found);
    if (sandbox === undefined) return;
    this.records.set(pod.podUid, {
      podUid: pod.podUid,
      netnsName: isManaged ? this.managedName(pod) : null,
      path,
      incarnation: Math.max(pod.incarnation, life),
      dev: found.dev,
      inode: found.inode,
      bootId: this.bootId,
      programs: [],
      isSetUp: record?.isSetUp ?? false,
    });
    if (isManaged) {
      this.applySysctls(sandbox, { ...sandbox.image?.sysctls, ...pod.sysctls });
      void this.startPrograms(sandbox, record);
    }
    this.events.changed();
    this.events.tell(pod.podUid, "info", "PodReady", `its namespace is ${path}`);
  }

  private make(pod: AssignedPod): void {
    const name = this.managedName(pod);
    try {
      // A file without a namespace: a crash between the two steps of making one.
      if (namedNetnsExists(name)) deleteNamedNetns(name);
      const path = createNamedNetns(name);
      markLife(path, this.config.installationId, pod);
      const found = identify(path);
      if (found !== undefined) this.use(pod, path, found, undefined);
    } catch (error) {
      this.put(pod, namedNetnsPath(name), "Pending", (error as Error).message);
    }
  }

  /** Gives the namespace an id in the panel, so that its events are heard, and reads it. Holds nothing open. */
  private enter(pod: AssignedPod, path: string, found: NetnsId): Sandbox | undefined {
    this.leave(pod.podUid);
    try {
      const fd = openNetns(path);
      try {
        const netnsId = ensureNetnsId(this.panelSocket, fd);
        // The id may have been a former namespace's: what was told of that one is read while nobody has the id.
        this.events.drain();
        const sandbox = this.put(pod, path, "Ready", "");
        sandbox.dev = found.dev;
        sandbox.inode = found.inode;
        sandbox.image = sandbox.isManaged ? this.images.pods[`${pod.namespace}/${pod.name}`] : undefined;
        this.world.attach(sandbox, netnsId);
        NetlinkSocket.use(fd, (socket) => this.observer.readPod(sandbox, socket));
        this.events.moved(pod.podUid);
        return sandbox;
      } finally {
        closeNetns(fd);
      }
    } catch (error) {
      this.put(pod, path, "Pending", (error as Error).message);
      return undefined;
    }
  }

  private put(pod: AssignedPod, path: string, phase: Sandbox["phase"], message: string): Sandbox {
    const known = this.world.sandboxes.get(pod.podUid);
    const sandbox: Sandbox = {
      podUid: pod.podUid,
      phase,
      message,
      path,
      incarnation: pod.incarnation,
      dev: "",
      inode: "",
      netnsId: undefined,
      network: new PodNetwork(),
      image: undefined,
      isManaged: "managed" in pod.sandbox,
    };
    this.world.sandboxes.set(pod.podUid, sandbox);
    if (known?.phase !== phase) this.events.moved(pod.podUid);
    return sandbox;
  }

  private leave(podUid: string): void {
    const sandbox = this.world.sandboxes.get(podUid);
    if (sandbox === undefined) return;
    this.world.detach(sandbox);
    this.failedSysctls.delete(podUid);
    this.events.left(podUid);
  }

  private drop(record: SandboxRecord): void {
    this.records.delete(record.podUid);
    this.events.changed();
    if (record.netnsName !== null) this.remove(record.podUid, record.netnsName);
  }

  /** True while a former pod's namespace has the name; starts taking it away. */
  private isNameBusy(pod: AssignedPod): boolean {
    const name = this.managedName(pod);
    for (const record of this.records.values()) {
      if (record.netnsName === name && record.podUid !== pod.podUid) this.drop(record);
    }
    return this.endingNames.has(name);
  }

  /** Takes away namespaces with this node's prefix that no assigned pod has: only after a complete assignment. */
  prune(): void {
    const prefix = `${this.config.netnsPrefix}.`;
    const wanted = new Set([...this.world.desired.pods.values()].map((pod) => this.managedName(pod)));
    for (const record of [...this.records.values()]) {
      if (!this.world.desired.pods.has(record.podUid)) this.drop(record);
    }
    for (const name of readdirSync(NETNS_FOLDER)) {
      const isPods = name.startsWith(prefix) && name.slice(prefix.length).split(".").length === 2;
      if (isPods && !wanted.has(name) && !this.endingNames.has(name)) this.remove(`unknown ${name}`, name);
    }
  }

  private remove(podUid: string, netnsName: string | null): void {
    if (netnsName !== null) this.endingNames.add(netnsName);
    const end = async () => {
      await this.programs.stop(podUid, this.markOf(podUid), this.folderOf(podUid));
      if (netnsName !== null) deleteNamedNetns(netnsName);
    };
    const done = end()
      .catch((error: Error) => this.events.tell(podUid, "warning", "PodNotRemoved", error.message))
      .finally(() => {
        this.ending.delete(podUid);
        if (netnsName !== null) this.endingNames.delete(netnsName);
        for (const other of this.world.desired.pods.values()) {
          if (netnsName === this.managedName(other)) this.events.moved(other.podUid);
        }
        this.events.moved(podUid);
      });
    this.ending.set(podUid, done);
  }

  private async startPrograms(sandbox: Sandbox, record: SandboxRecord | undefined): Promise<void> {
    const { image, podUid } = sandbox;
    if (image === undefined) return;
    const host: ProgramHost = {
      mark: this.markOf(podUid),
      podUid,
      netnsPath: sandbox.path,
      folder: this.folderOf(podUid),
    };
    try {
      if (record?.isSetUp !== true) {
        // What an earlier life started and could not write down would run twice.
        await endMarked(host.mark);
        await this.programs.setUp(host, image);
        const now = this.records.get(podUid);
        if (now !== undefined) now.isSetUp = true;
      }
    } catch (error) {
      this.events.tell(podUid, "warning", "SetUpFailed", (error as Error).message);
    }
    if (this.world.sandboxes.get(podUid) !== sandbox || sandbox.phase !== "Ready") return;
    this.programs.start(host, image, record?.isSetUp === true ? record.programs : []);
    this.events.changed();
  }

  private applySysctls(sandbox: Sandbox, sysctls: Record<string, string>): void {
    // Addresses are set without duplicate detection; link-local ones of a pod of ours need none either.
    const wanted = { "net.ipv6.conf.default.accept_dad": "0", ...sysctls };
    const failed = writeSysctls(sandbox.path, wanted).filter(({ key }) => key in sysctls);
    if (failed.length === 0) this.failedSysctls.delete(sandbox.podUid);
    else this.failedSysctls.set(sandbox.podUid, Object.fromEntries(failed.map(({ key }) => [key, sysctls[key] ?? ""])));
    sandbox.message = failed.map(({ key, message }) => `sysctl ${key} ${message}`).join("; ");
  }

  private pathOf(pod: AssignedPod): string | undefined {
    const { sandbox } = pod;
    if ("managed" in sandbox) return namedNetnsPath(this.managedName(pod));
    if ("cni" in sandbox) return this.registered(pod.podUid)?.netns;
    if ("netns" in sandbox) return `/run/netns/${sandbox.netns}`;
    if ("path" in sandbox) return sandbox.path;
    if ("pid" in sandbox) return `/proc/${sandbox.pid}/ns/net`;
    return undefined;
  }

  private managedName(pod: { namespace: string; name: string }): string {
    return `${this.config.netnsPrefix}.${pod.namespace}.${pod.name}`;
  }

  private markOf(podUid: string): string {
    return `${this.config.installationId}/${this.config.node}/${podUid}`;
  }

  private folderOf(podUid: string): string {
    return join(this.config.dataFolder, "pods", podUid);
  }
}

// Every network namespace lies on the one nsfs; a file elsewhere is a name whose namespace is gone, or never came.
const nsfs = netnsIdentity(OWN_NETNS)?.dev;

/** The namespace at a path; undefined when there is none. */
export function identify(path: string): NetnsId | undefined {
  const identity = look(path);
  if (identity === undefined || identity.dev !== nsfs) return undefined;
  return { dev: String(identity.dev), inode: String(identity.inode) };
}

function look(path: string): NetnsIdentity | undefined {
  try {
    return netnsIdentity(path);
  } catch {
    // Not ours to see, as the namespaces of some processes: as good as absent.
    return undefined;
  }
}
