import { z } from "zod";
import { formatPrefix, networkOf, type Prefix, parsePrefix } from "../net/prefix.js";
import { serverOwned } from "../resources/metadata.js";

/** A wire needs two addresses: a /31 (RFC 3021) or a /127 (RFC 6164). */
export const SUBNET_LENGTH = { 4: 31, 6: 127 } as const;

/** Reads a prefix that wires can be numbered from, or says what is wrong with it. */
export function parsePoolPrefix(text: string, family: 4 | 6): Prefix | { problem: string } {
  const prefix = parsePrefix(text);
  const example = family === 4 ? "198.18.0.0/16" : "fd00:1::/64";
  if (prefix === undefined || prefix.ip.family !== family) return { problem: `must be a prefix as ${example}` };
  if (prefix.length > SUBNET_LENGTH[family]) {
    return { problem: `holds no wire: its length must be at most ${SUBNET_LENGTH[family]}` };
  }
  if (prefix.length < 8) return { problem: "is too wide: its length must be at least 8" };
  const network = networkOf(prefix);
  if (network.ip.value !== prefix.ip.value) return { problem: `has host bits set: write ${formatPrefix(network)}` };
  const first = network.ip.value >> (family === 4 ? 24n : 120n);
  const isUsable = family === 4 ? first > 0n && first !== 127n && first < 224n : first > 0n && first < 255n;
  return isUsable ? network : { problem: "has addresses that no interface can have" };
}

const poolPrefixes = (family: 4 | 6) =>
  z
    .array(
      z.string().transform((text, ctx) => {
        const read = parsePoolPrefix(text, family);
        if (!("problem" in read)) return formatPrefix(read);
        ctx.addIssue({ code: "custom", message: read.problem });
        return z.NEVER;
      }),
    )
    .max(64)
    .nullable()
    .optional()
    .meta({ description: "null or absent: the installation's; an empty list: none" });

/** What a namespace takes automatic addresses from, as a client writes it. */
export const PoolsInput = z.strictObject({
  ipv4: poolPrefixes(4),
  ipv6: poolPrefixes(6),
  inForce: serverOwned,
  used: serverOwned,
});
export type PoolsInput = z.output<typeof PoolsInput>;

const prefixes = z.array(z.string());

/** The same as the server answers it. */
export const Pools = z.object({
  ipv4: prefixes.nullable(),
  ipv6: prefixes.nullable(),
  inForce: z.object({ ipv4: prefixes, ipv6: prefixes }).meta({ description: "the namespace's or the installation's" }),
  used: z.object({ ipv4: z.int(), ipv6: z.int() }).meta({ description: "number of links that have such addresses" }),
});
export type Pools = z.output<typeof Pools>;
