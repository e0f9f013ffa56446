import type { ErrnoName } from "../ffi/errno.js";
import type { PacketSocket } from "../ffi/packet-socket.js";
import type { Request } from "../netlink/request.js";
import type { LinkRef } from "../rtnetlink/link-message.js";

/** Answers questions that a step's requests depend on, at the moment they are sent. */
export interface StepContext {
  /** Index of an interface in a namespace; throws NetlinkError ENODEV when the name is not there. */
  indexOf(netns: string, ref: LinkRef): number;
  /** The index that what is made here shall have; {} where the kernel chooses it. */
  chosen(netns: string, ifName: string): { ifIndex?: number };
  /** Open descriptor of a namespace, valid until the requests have been sent. */
  netnsFd(netns: string): number;
  /** A packet socket of a namespace that this thread is inside of. */
  packets(netns: string): PacketSocket;
}

/** One request with the refusals that mean "already so". */
export interface StepRequest {
  request: Request<unknown>;
  accept?: readonly ErrnoName[];
}

/** A name that must be turned into an index before the step's requests can be written. */
export interface NeededName {
  netns: string;
  ifName: string;
}

/** The part of an action that one namespace's socket carries out. Actions become one or two of them. */
export interface Step {
  /** Position of the action in the run. */
  action: number;
  netns: string;
  /** Interfaces it concerns; steps on the same one keep their order. */
  touches: { netns: string; link: LinkRef }[];
  /** Keeps its order with every other step that touches its namespace. */
  isBarrier?: boolean;
  needs: NeededName[];
  /** It is content when a needed interface, or the namespace, is not there. */
  acceptsAbsent?: boolean;
  /** An interface it makes, so that its index can be chosen beforehand and later steps need not look it up. */
  makes?: NeededName;
  work: StepWork;
}

export type StepWork =
  | { kind: "requests"; build(context: StepContext): StepRequest[] }
  | { kind: "deleteLinks"; links: LinkRef[] }
  | { kind: "inside"; run(context: StepContext): void };
