import { z } from "zod";
import { Name } from "../net/fields.js";
import { Event } from "../resources/event.js";
import { Fault } from "../resources/fault.js";
import { Link } from "../resources/link.js";
import { Node } from "../resources/node.js";
import { Pod } from "../resources/pod.js";
import { Run } from "../resources/run.js";
import { Layout } from "./layout.js";
import { wholeNumber } from "./list.js";
import { StreamProbeRow, StreamTelemetryRow } from "./telemetry.js";

export const StreamQuery = z.strictObject({
  since: wholeNumber.pipe(z.int().min(0)).optional(),
  storeId: z.string().max(64).optional(),
  store: z.string().max(64).optional(),
  namespace: Name.optional(),
});
export type StreamQuery = z.output<typeof StreamQuery>;

/** Whole objects, told apart by `kind`. */
export const StreamItem = z.discriminatedUnion("kind", [Node, Pod, Link, Fault]);
export type StreamItem = z.output<typeof StreamItem>;

export const StreamDelete = z.object({
  kind: z.enum(["Node", "Pod", "Link", "Fault"]),
  namespace: z.string().nullable(),
  name: z.string(),
  uid: z.string(),
});
export type StreamDelete = z.output<typeof StreamDelete>;

/**
 * What the server sends to browsers, one JSON object a frame.
 *
 * `revision` is the store's and moves with intents; `sequence` counts every delta of
 * this server, status changes too. A snapshot is complete; deltas follow in order.
 */
export const StreamFrame = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("snapshot"),
    storeId: z.string(),
    revision: z.int(),
    sequence: z.int(),
    items: z.array(StreamItem),
  }),
  z.object({
    type: z.literal("delta"),
    revision: z.int(),
    sequence: z.int(),
    upserts: z.array(StreamItem),
    deletes: z.array(StreamDelete),
    actor: z.string().optional().meta({ description: "who asked for it; absent for status changes" }),
  }),
  z.object({ type: z.literal("event"), event: Event }),
  z.object({ type: z.literal("layout"), namespace: z.string(), layout: Layout, actor: z.string() }),
  /** A run of a scenario moved on, whole: sent when a step begins or ends, and while probes measure about once a second. */
  z.object({ type: z.literal("run"), run: Run }),
  z.object({ type: z.literal("run-deleted"), namespace: z.string(), name: z.string() }),
  /** Of the links this reader watches. A node's links come together, idle ones too; each node has frames of its own. */
  z.object({
    type: z.literal("telemetry"),
    at: z.iso.datetime(),
    intervalMs: z.number(),
    rows: z.array(StreamTelemetryRow),
    /** What became of echoes since the last frame of that node. */
    probes: z.array(StreamProbeRow),
  }),
  z.object({
    type: z.literal("heartbeat"),
    at: z.iso.datetime(),
    revision: z.int(),
    sequence: z.int(),
    /** Since when the API's store has not answered: what the stream says is what was last known. */
    staleSince: z.iso.datetime().optional(),
  }),
]);
export type StreamFrame = z.output<typeof StreamFrame>;

export const WATCHED_LINKS_MAX = 500;

/** What a browser may send: a sign of life, or the uids of the links it looks at, in place of those before. */
export const StreamClientFrame = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("ping") }),
  z.strictObject({ type: z.literal("watch"), links: z.array(z.string().max(64)).max(WATCHED_LINKS_MAX) }),
]);
export type StreamClientFrame = z.output<typeof StreamClientFrame>;
