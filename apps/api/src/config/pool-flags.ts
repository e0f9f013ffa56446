import { formatPrefix, parsePoolPrefix, VNI_MAX } from "@ratchet/contracts";
import type { AskedPools } from "../pools/set-installation-pools.js";

export const POOL_USAGE = `  --vni-range FROM-TO  VNIs that links across nodes are given (default 4096-16777215)
  --ipv4-pool A/LEN,.. where automatic /31s come from (default 198.18.0.0/15); a namespace may have its own
  --ipv6-pool A/LEN,.. where automatic /127s come from (default fd52:4154:4348::/64)
                       The three are kept in the store: when left out, what was said last holds.
`;

export const POOL_FLAGS = {
  "vni-range": { type: "string" },
  "ipv4-pool": { type: "string" },
  "ipv6-pool": { type: "string" },
} as const;

/** Reads what is asked for. Problems are reported by name. */
export function readPoolFlags(
  given: (name: keyof typeof POOL_FLAGS) => string | undefined,
  problems: string[],
): AskedPools {
  const [vnis, ipv4, ipv6] = [given("vni-range"), given("ipv4-pool"), given("ipv6-pool")];
  const asked: AskedPools = {};
  if (vnis !== undefined) {
    const range = readRange(vnis);
    if (range === undefined) problems.push(`--vni-range must be FROM-TO within 1-${VNI_MAX}, as 5000-5999`);
    else asked.vnis = range;
  }
  if (ipv4 !== undefined) asked.ipv4 = readPrefixes("ipv4-pool", ipv4, 4, problems);
  if (ipv6 !== undefined) asked.ipv6 = readPrefixes("ipv6-pool", ipv6, 6, problems);
  return asked;
}

function readRange(text: string): AskedPools["vnis"] {
  const [, from, to] = /^(\d{1,8})-(\d{1,8})$/.exec(text) ?? [];
  const range = { from: Number(from), to: Number(to) };
  return range.from >= 1 && range.from <= range.to && range.to <= VNI_MAX ? range : undefined;
}

function readPrefixes(name: string, text: string, family: 4 | 6, problems: string[]): string[] {
  return text.split(",").flatMap((item) => {
    const read = parsePoolPrefix(item.trim(), family);
    if (!("problem" in read)) return [formatPrefix(read)];
    problems.push(`--${name} ${read.problem}`);
    return [];
  });
}
