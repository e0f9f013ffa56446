import { z } from "zod";
import { IpAddress } from "../net/fields.js";
import { NetnsName } from "../resources/pod.js";
import { AssignedPod, AssignedPort, Assignment, PathPart } from "./assignment.js";

/** A program the agent started; the start time (clock ticks, proc(5)) tells it from a later owner of its pid. */
export const ProgramRecord = z.object({ name: z.string(), pid: z.int().min(1), startTime: z.string() });
export type ProgramRecord = z.output<typeof ProgramRecord>;

/** What a namespace was when the agent made or first saw it. */
export const SandboxRecord = z.object({
  podUid: PathPart,
  /** Present for a managed one: its name under /run/netns, which is unmounted and deleted with the pod. */
  netnsName: NetnsName.nullable(),
  path: z.string(),
  incarnation: z.int(),
  dev: z.string(),
  inode: z.string(),
  bootId: z.string(),
  programs: z.array(ProgramRecord),
  /** The image's set-up commands have run. */
  isSetUp: z.boolean(),
});
export type SandboxRecord = z.output<typeof SandboxRecord>;

/** `state.json`: what an agent remembers across its restarts. */
export const AgentState = z.object({
  /** Null until a complete assignment has been received once. */
  assignment: Assignment.nullable(),
  sandboxes: z.array(SandboxRecord),
});
export type AgentState = z.output<typeof AgentState>;

/** A pod and its own ports as its node's agent makes them without a control plane. */
export const LocalPod = z.object({
  pod: AssignedPod,
  ports: z.array(AssignedPort),
  /** Which ports another pod of the node asks for: its pairing name, by interface. */
  askers: z.record(z.string(), z.string()).optional(),
});
export type LocalPod = z.output<typeof LocalPod>;

/** A sandbox as a CNI ADD named it. The namespace is told by device and inode: paths and pids are used again. */
export const CniRegistration = z.object({
  containerId: z.string(),
  ifName: z.string(),
  networkName: z.string(),
  podUid: PathPart,
  namespace: z.string(),
  name: z.string(),
  /** Where the namespace was found; worth something only while `dev` and `inode` are found there. */
  netns: z.string(),
  dev: z.string(),
  inode: z.string(),
  bootId: z.string(),
  /** ISO 8601. */
  at: z.string(),
  /** What the agent derived by itself from the Kubernetes pod; null when the control plane has to say. */
  local: LocalPod.nullable(),
});
export type CniRegistration = z.output<typeof CniRegistration>;

/** `cni.json`: the sandboxes that have been added and not yet deleted. */
export const CniRegistrations = z.object({ registrations: z.array(CniRegistration) });

/** What an agent remembers of the underlay: the tunnel addresses of other nodes that have answered an echo. */
export const UnderlayMemory = z.strictObject({ answered: z.array(IpAddress) });
export type UnderlayMemory = z.output<typeof UnderlayMemory>;
