import { z } from "zod";
import { ImpairmentReport } from "../resources/impairment.js";
import { PortRef } from "./assignment.js";

/** Changes of an end's carrier that an agent remembers. */
export const CARRIER_CHANGES_KEPT = 20;

export const CarrierChange = z.object({
  at: z.iso.datetime().meta({ description: "when the agent was told by its kernel" }),
  carrier: z.boolean(),
});
export type CarrierChange = z.output<typeof CarrierChange>;

export const PodReport = z.object({
  podUid: z.string(),
  phase: z.enum(["Pending", "Ready", "Gone"]),
  incarnation: z.int(),
  netns: z.string().nullable(),
  message: z.string(),
});
export type PodReport = z.output<typeof PodReport>;

/** A port as the kernel has it. */
export const PortReport = PortRef.extend({
  ifIndex: z.int().nullable(),
  mac: z.string().nullable(),
  mtuBytes: z.int().nullable(),
  /** Administrative state of the pod's half: false is the pod's own doing. */
  isUp: z.boolean().nullable(),
  hasCarrier: z.boolean().nullable(),
  operState: z.string().nullable(),
  addresses: z.array(z.string()),
  /** Carrier of the pod's half: how often it has changed since it was made, and the last changes the agent saw, oldest first. */
  carrier: z.object({ count: z.int(), last: z.array(CarrierChange).max(CARRIER_CHANGES_KEPT) }).optional(),
  /** Why it is not as asked; empty when it is. */
  message: z.string(),
});
export type PortReport = z.output<typeof PortReport>;

/** A wire as the kernel has it. */
export const WireReport = z.object({
  linkUid: z.string(),
  revision: z.int(),
  /** Port (both ports of a local wire), tunnel and cross-connect are there. Says nothing of carrier. */
  isReady: z.boolean(),
  /** The panel half towards the pod is up: what the far agent and the status are told. */
  isPatched: z.boolean(),
  vni: z.int().nullable(),
  /** Of a tunnel whose underlay loses too much of what the agent sends to the other node; absent while it does not. */
  underlay: z.object({ address: z.string(), lossPercent: z.number() }).optional(),
  error: z.object({ reason: z.string(), message: z.string() }).nullable(),
  /** Of the directions this node is responsible for, where one is impaired. */
  impair: z.object({ toPort: ImpairmentReport.nullable(), toPeer: ImpairmentReport.nullable() }).optional(),
});
export type WireReport = z.output<typeof WireReport>;
