import { z } from "zod";

/** What a page needs to know before it asks for anything else. */
export const Session = z.strictObject({
  /** False on an API that takes no tokens: whoever reaches it may do everything. */
  needsToken: z.boolean(),
  isSignedIn: z.boolean(),
  /** When the session ends; null without one. */
  expiresAt: z.iso.datetime().nullable(),
});
export type Session = z.output<typeof Session>;

export const SessionRequest = z.strictObject({ token: z.string().max(256) });
export type SessionRequest = z.output<typeof SessionRequest>;
