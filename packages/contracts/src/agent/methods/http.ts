import { z } from "zod";
import { IpAddress } from "../../net/fields.js";

/** A body is read up to here. */
export const HTTP_BODY_MAX_BYTES = 65_536;

/** Asks an agent for one HTTP/1.1 GET from inside a pod. Redirections are answers, not ways. */
export const HttpParams = z.strictObject({
  podUid: z.string().max(64),
  address: IpAddress,
  port: z.int().min(1).max(65_535),
  /** Of the `Host` header. */
  host: z.string().min(1).max(300),
  /** With the query: begins with a slash. */
  path: z
    .string()
    .max(2048)
    .regex(/^\/[\x21-\x7e]*$/),
  withinMs: z.int().min(10).max(30_000),
});
export type HttpParams = z.output<typeof HttpParams>;

export const HttpResult = z.object({
  /** 0 when there was no answer. */
  status: z.int(),
  /** At most HTTP_BODY_MAX_BYTES of it, as UTF-8. */
  body: z.string(),
  /** To the first byte of the answer: ms. */
  firstByteMs: z.number().nullable(),
  totalMs: z.number(),
  /** Why there was none. */
  message: z.string(),
});
export type HttpResult = z.output<typeof HttpResult>;
