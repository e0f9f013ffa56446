import { z } from "zod";

/** A question of the API to an agent. The methods, their params and results: agent/methods/. */
export const ApiRequest = z.object({
  type: z.literal("request"),
  id: z.string().max(64),
  method: z.string().max(64),
  params: z.unknown(),
  /** The agent gives up then. */
  timeoutMs: z.int().min(1).max(3_600_000),
});
export type ApiRequest = z.output<typeof ApiRequest>;

/** The API does not want the answer any more. */
export const ApiCancel = z.object({ type: z.literal("cancel"), id: z.string().max(64) });
export type ApiCancel = z.output<typeof ApiCancel>;

/** Any number of `done: false` (progress), then one `done: true` with the result or the error. */
export const AgentReply = z.strictObject({
  type: z.literal("reply"),
  id: z.string().max(64),
  done: z.boolean(),
  result: z.unknown().optional(),
  error: z.strictObject({ code: z.string().max(64), message: z.string().max(4096) }).optional(),
});
export type AgentReply = z.output<typeof AgentReply>;
