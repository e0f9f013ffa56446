import { z } from "zod";
import { EffectiveImpairment } from "../resources/impairment.js";

/** Moves when a frame below changes its meaning: an agent ends a relay of another protocol and starts its own. */
export const RELAY_PROTOCOL = 1;

/** One direction that is led through the relay: a TAP device in the panel, and what its frames suffer. */
export const RelayLine = z.object({
  tap: z.string(),
  alias: z.string(),
  /** Of the wire, bytes of an IP packet. */
  mtuBytes: z.int(),
  impairment: EffectiveImpairment,
});
export type RelayLine = z.output<typeof RelayLine>;

/** What an agent tells its relay: newline-delimited JSON over a unix socket. */
export const AgentToRelay = z.discriminatedUnion("type", [
  /** Makes or changes lines; with `full`, every other line goes. */
  z.object({ type: z.literal("set"), full: z.boolean(), lines: z.array(RelayLine) }),
  /** These lines let out what they hold, then their devices go. */
  z.object({ type: z.literal("drop"), taps: z.array(z.string()) }),
  z.object({ type: z.literal("ping"), id: z.int() }),
  z.object({ type: z.literal("end") }),
]);
export type AgentToRelay = z.output<typeof AgentToRelay>;

/** A line as the relay has it; `error` when it cannot have it. */
export const RelayHolding = z.object({
  tap: z.string(),
  impairment: EffectiveImpairment,
  error: z.string().nullable(),
});
export type RelayHolding = z.output<typeof RelayHolding>;

export const RelayToAgent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("hello"), protocol: z.int(), pid: z.int(), holdings: z.array(RelayHolding) }),
  z.object({ type: z.literal("holds"), holdings: z.array(RelayHolding) }),
  z.object({ type: z.literal("dropped"), taps: z.array(z.string()) }),
  z.object({ type: z.literal("pong"), id: z.int() }),
]);
export type RelayToAgent = z.output<typeof RelayToAgent>;
