import {
  CNI_ERROR,
  type CniAddRequest,
  type CniAddResponse,
  type CniCheckRequest,
  type CniClassifyRequest,
  type CniClassifyResponse,
  type CniDelRequest,
  type CniGcRequest,
  type CniRegistration,
  type CniStatusResponse,
  isRatchetPod,
  type LocalPod,
  withoutLegacyLabels,
} from "@ratchet/contracts";
import type { NetnsId } from "../../plan/plan-pod.js";
import { AGENT_VERSION } from "../version.js";
import type { World } from "../world.js";
import { missingInSandbox } from "./check-sandbox.js";
import { CniFailure } from "./cni-failure.js";
import type { CniRequests } from "./cni-server.js";
import { Gate } from "./gate.js";
import type { KubePod, KubePods } from "./kube-pod.js";
import type { Moments } from "./moments.js";
import { incompleteWires, unmadePorts, wiredResult } from "./pod-wiring.js";
import { isStill, type Registrations } from "./registrations.js";

/** What the service needs of the agent around it. */
export interface CniHost {
  readonly bootId: string;
  identify(path: string): NetnsId | undefined;
  isReserved(netns: NetnsId): boolean;
  /** Resolves when the registrations are on the disk. */
  commit(): Promise<void>;
  /** A pod's namespace was registered or taken back. */
  moved(podUid: string): void;
  problemOf(key: string): { message: string } | undefined;
  /** True while the control plane can be expected to say more. */
  isConnected(): boolean;
  derive(pod: KubePod): LocalPod;
  /** Puts or takes back what was derived for a pod. */
  setLocal(podUid: string, local: LocalPod | undefined): void;
}

const MAX_ADDS = 64;
const MAX_WAITING_ADDS = 192;
// Of the deadline, kept for the way back.
const ANSWER_MARGIN_MS = 500;
// A pod is scheduled, and so assigned, long before its sandbox is made; longer than this is no lag.
const POD_WAIT_MS = 5_000;
const ASSIGNMENT_WAIT_MS = 500;
const WIRES_WAIT_MS = 1_000;

/** What the CNI commands mean to the agent. */
export class CniService implements CniRequests {
  private readonly adds = new Gate(MAX_ADDS, MAX_WAITING_ADDS);

  constructor(
    private readonly world: World,
    private readonly registrations: Registrations,
    private readonly pods: KubePods,
    private readonly moments: Moments,
    private readonly host: CniHost,
    private readonly now: () => number = () => performance.now(),
  ) {}

  classify(request: CniClassifyRequest): CniClassifyResponse {
    const pod = this.kubePod(request);
    if (pod !== undefined) return { isRatchet: isRatchetPod(pod), known: true };
    // The control plane may have read labels that do not count here.
    if (request.useLabels === false) return { isRatchet: false, known: false };
    const isAssigned = this.assignedUid(request) !== undefined;
    return { isRatchet: isAssigned, known: isAssigned };
  }

  async add(request: CniAddRequest): Promise<CniAddResponse> {
    const until = this.now() + Math.max(request.deadlineMs / 2, request.deadlineMs - ANSWER_MARGIN_MS);
    return this.adds.run(() => this.addNow(request, until));
  }

  async del(request: CniDelRequest): Promise<void> {
    const gone = this.registrations.remove(request);
    if (gone !== undefined) this.leave(gone);
    // Also for what is not here: an earlier DEL of it may have answered before it was written.
    await this.host.commit();
  }

  check(request: CniCheckRequest): void {
    const registration = this.registrations.get(request);
    if (registration === undefined) {
      throw new CniFailure(CNI_ERROR.unknownContainer, "the container is not registered", request.containerId);
    }
    const found = this.host.identify(request.netns);
    if (!isStill(registration, found)) {
      throw new CniFailure(CNI_ERROR.checkFailed, "the container's network namespace is another one", request.netns);
    }
    const { portsOf, ports } = {
      portsOf: this.world.desired.portsOf(registration.podUid),
      ports: this.world.desired.ports,
    };
    const missing = missingInSandbox(
      request.netns,
      [...portsOf].flatMap((key) => ports.get(key) ?? []),
    );
    if (missing.length > 0)
      throw new CniFailure(CNI_ERROR.checkFailed, "the pod lacks what it was given", missing.join("; "));
  }

  async gc(request: CniGcRequest): Promise<void> {
    for (const item of this.registrations.notAmong(request.validAttachments, request.networkName)) {
      this.registrations.remove(item);
      this.leave(item);
    }
    await this.host.commit();
  }

  status(): CniStatusResponse {
    return { ready: true, version: AGENT_VERSION };
  }

  private async addNow(request: CniAddRequest, until: number): Promise<CniAddResponse> {
    const remaining = () => until - this.now();
    if (remaining() <= 0) throw new CniFailure(CNI_ERROR.tryAgainLater, "the deadline passed before its turn came");
    const podUid = await this.podUidOf(request, remaining);
    const registration = this.register(request, podUid);
    await this.host.commit();
    await this.moments.until(() => !this.isCurrent(registration) || this.unmade(podUid).length === 0, remaining());
    this.assertCurrent(registration);
    const unmade = this.unmade(podUid);
    if (unmade.length > 0) {
      const message = this.world.sandboxes.get(podUid)?.message ?? "";
      throw new CniFailure(
        CNI_ERROR.tryAgainLater,
        "the pod's interfaces are not there yet",
        message || unmade.join(", "),
      );
    }
    await this.moments.until(
      () => !this.isCurrent(registration) || incompleteWires(this.world, podUid, this.problemOf).length === 0,
      Math.min(WIRES_WAIT_MS, remaining()),
    );
    this.assertCurrent(registration);
    return wiredResult(this.world, podUid, request.netns);
  }

  /** Which pod it is, once anybody has said what it asks for. */
  private async podUidOf(request: CniAddRequest, remaining: () => number): Promise<string> {
    const known = () => this.assignedUid(request) ?? this.ratchetPod(request)?.uid;
    if (!(await this.moments.until(() => known() !== undefined, Math.min(POD_WAIT_MS, remaining())))) {
      const details = `${request.namespace}/${request.name} is in no assignment and not among this node's pods`;
      throw new CniFailure(CNI_ERROR.tryAgainLater, "nobody has said yet what the pod asks for", details);
    }
    // The control plane knows more than the labels: given a moment it says so, and nothing is made twice.
    if (this.host.isConnected()) {
      await this.moments.until(
        () => this.assignedUid(request) !== undefined,
        Math.min(ASSIGNMENT_WAIT_MS, remaining()),
      );
    }
    return known() ?? "";
  }

  private register(request: CniAddRequest, podUid: string): CniRegistration {
    const found = this.host.identify(request.netns);
    if (found === undefined) {
      throw new CniFailure(CNI_ERROR.invalidEnvironment, "CNI_NETNS leads to no network namespace", request.netns);
    }
    if (this.host.isReserved(found)) {
      const details = `${request.netns} is the node's own namespace or the panel`;
      throw new CniFailure(CNI_ERROR.invalidEnvironment, "CNI_NETNS cannot be a pod's", details);
    }
    const pod = this.ratchetPod(request);
    const { containerId, ifName, networkName, namespace, name, netns } = request;
    const registration: CniRegistration = {
      ...{ containerId, ifName, networkName, podUid, namespace, name, netns, ...found },
      bootId: this.host.bootId,
      at: new Date().toISOString(),
      local: pod === undefined ? null : this.host.derive(pod),
    };
    this.registrations.put(registration);
    this.host.setLocal(podUid, registration.local ?? undefined);
    this.host.moved(podUid);
    return registration;
  }

  private leave(registration: CniRegistration): void {
    // A former sandbox of the pod: the one that took its place keeps everything.
    if (this.registrations.ofPod(registration.podUid) !== undefined) return;
    this.host.setLocal(registration.podUid, undefined);
    this.host.moved(registration.podUid);
  }

  private isCurrent(registration: CniRegistration): boolean {
    const now = this.registrations.ofPod(registration.podUid);
    return now !== undefined && now.containerId === registration.containerId && isStill(registration, now);
  }

  private assertCurrent(registration: CniRegistration): void {
    if (this.isCurrent(registration)) return;
    const details = `container ${registration.containerId} was deleted, or replaced by a newer one of its pod`;
    throw new CniFailure(CNI_ERROR.tryAgainLater, "the sandbox went while it was wired", details);
  }

  private readonly problemOf = (key: string) => this.host.problemOf(key);

  private unmade(podUid: string): string[] {
    return unmadePorts(this.world, podUid, this.problemOf);
  }

  private ratchetPod(request: CniClassifyRequest): KubePod | undefined {
    const pod = this.kubePod(request);
    return pod !== undefined && isRatchetPod(pod) ? pod : undefined;
  }

  /** The uid decides where the runtime tells it: a pod made anew under its name is another pod. */
  private kubePod({ namespace, name, uid, useLabels }: CniClassifyRequest): KubePod | undefined {
    const pod = this.pods.get(namespace, name);
    if (pod === undefined || (uid !== undefined && pod.uid !== uid)) return undefined;
    return useLabels === false ? { ...pod, labels: withoutLegacyLabels(pod.labels) } : pod;
  }

  private assignedUid({ namespace, name, uid }: CniClassifyRequest): string | undefined {
    const { pods } = this.world.desired;
    if (uid !== undefined) return isCni(pods.get(uid)) ? uid : undefined;
    let found: string | undefined;
    for (const pod of pods.values()) {
      if (pod.namespace === namespace && pod.name === name && isCni(pod)) found = pod.podUid;
    }
    return found;
  }
}

function isCni(pod: { sandbox: object } | undefined): boolean {
  return pod !== undefined && "cni" in pod.sandbox;
}
