import { z } from "zod";
import { Name } from "../net/fields.js";

/**
 * What a token opens. `operator`: everything but the doors of agents and replicas. `node`: the door of agents, for one
 * node. `replica`: the door between replicas. `metrics`: reading `/metrics`.
 */
export const TOKEN_ROLES = ["operator", "node", "replica", "metrics"] as const;

/** `ratchet_<id>_<secret>`: the id is public and finds the entry; the secret has 256 bits (43 characters of base64url). */
export const TOKEN_FORM = /^ratchet_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;

const common = {
  id: z.string().regex(/^[0-9a-f]{16}$/, { error: "must be 16 hexadecimal digits" }),
  /** Of the whole token, hexadecimal. A slow hash would buy nothing: 256 random bits cannot be guessed. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, { error: "must be 64 hexadecimal digits" }),
  createdAt: z.iso.datetime(),
};

export const TokenEntry = z.discriminatedUnion("role", [
  z.strictObject({ ...common, role: z.literal(["operator", "replica", "metrics"]) }),
  z.strictObject({ ...common, role: z.literal("node"), node: Name }),
]);
export type TokenEntry = z.output<typeof TokenEntry>;

/** What the API knows of tokens: enough to recognise them, not to make them. */
export const TokenList = z
  .strictObject({ version: z.literal(1), tokens: z.array(TokenEntry).max(20_000) })
  .refine(({ tokens }) => new Set(tokens.map(({ id }) => id)).size === tokens.length, {
    error: "has an id twice",
    path: ["tokens"],
  });
export type TokenList = z.output<typeof TokenList>;
