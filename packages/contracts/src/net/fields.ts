import { z } from "zod";
import { formatIp, parseIp } from "./ip.js";
import { formatPrefix, hostAddressProblem, networkOf, parsePrefix } from "./prefix.js";

/** IFNAMSIZ - 1, linux/if.h. */
export const INTERFACE_NAME_MAX_BYTES = 15;
/** A VNI has 24 bits (RFC 7348); 0 is left alone. */
export const VNI_MAX = 2 ** 24 - 1;
/** IPv6 needs 1280 (RFC 8200), IPv4 68 (RFC 791): the smaller one, for wires that carry IPv4 alone. */
export const MTU_MIN_BYTES = 68;
export const MTU_MAX_BYTES = 65535;
/** RFC 8200, section 5. */
export const IPV6_MTU_MIN_BYTES = 1280;

/** An RFC 1123 label. */
export const Name = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, {
    error: "must be an RFC 1123 label: 1-63 of a-z, 0-9 and '-', beginning and ending with a letter or digit",
  })
  .meta({ description: "RFC 1123 label", examples: ["centosa"] });

// isspace() of the kernel (lib/ctype.c) looks at bytes and takes the no-break space of Latin-1 for one.
const LATIN1_NO_BREAK_SPACE = 0xa0;

/** `dev_valid_name`, net/core/dev.c, and `%`, which the kernel expands as a format. */
export const InterfaceName = z
  .string()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  .regex(/^[^/:%\s\u0000-\u001f\u007f]+$/, { error: "must be 1-15 bytes without '/', ':', '%' or space" })
  .refine((name) => name !== "." && name !== "..", { error: "must not be '.' or '..'" })
  .refine((name) => new TextEncoder().encode(name).length <= INTERFACE_NAME_MAX_BYTES, {
    error: `must be at most ${INTERFACE_NAME_MAX_BYTES} bytes`,
  })
  .refine((name) => !new TextEncoder().encode(name).includes(LATIN1_NO_BREAK_SPACE), {
    error: "has a letter whose UTF-8 form the kernel takes for a space (as \u00e0): use another",
  })
  .meta({ description: "interface name, 1-15 bytes", examples: ["in1"] });

/** The interface name of a wire's end. `lo` is the pod's own. */
export const WireInterfaceName = InterfaceName.refine((name) => name !== "lo", {
  error: "must not be 'lo': the loopback interface cannot be wired; use spec.loopback of the pod for its addresses",
});

export const Vni = z
  .int()
  .min(1)
  .max(VNI_MAX)
  .meta({ description: "VXLAN network identifier, 24 bits", examples: [4711] });

export const MtuBytes = z.int().min(MTU_MIN_BYTES).max(MTU_MAX_BYTES).meta({ description: "bytes" });

export const MacAddress = z
  .string()
  .regex(/^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$/, { error: "must be six octets as 02:00:00:00:00:01" })
  .refine((mac) => (Number.parseInt(mac.slice(0, 2), 16) & 1) === 0, { error: "must not be a multicast address" })
  .refine((mac) => !/^(00:){5}00$/.test(mac), { error: "must not be all zero" })
  .transform((mac) => mac.toLowerCase())
  .meta({ description: "MAC address", examples: ["02:00:00:00:00:01"] });

/** An address of an interface, `A/LEN`, canonical text. */
export const InterfaceAddress = z
  .string()
  .transform((text, ctx) => {
    const prefix = parsePrefix(text);
    if (prefix === undefined) {
      ctx.addIssue({ code: "custom", message: "must be an IPv4 or IPv6 address with prefix length, as 10.0.0.1/24" });
      return z.NEVER;
    }
    const problem = hostAddressProblem(prefix);
    if (problem !== undefined) {
      ctx.addIssue({ code: "custom", message: `must be a host address: ${problem}` });
      return z.NEVER;
    }
    return formatPrefix(prefix);
  })
  .meta({ description: "IPv4 or IPv6 address with prefix length", examples: ["192.168.2.100/24"] });

/** A bare address, canonical text. */
export const IpAddress = z
  .string()
  .transform((text, ctx) => {
    const ip = parseIp(text);
    if (ip === undefined) {
      ctx.addIssue({ code: "custom", message: "must be an IPv4 or IPv6 address without prefix length" });
      return z.NEVER;
    }
    return formatIp(ip);
  })
  .meta({ description: "IPv4 or IPv6 address", examples: ["192.168.2.101"] });

/** A route's destination: `default`, or a prefix without host bits, canonical text. */
export const RouteDestination = z
  .string()
  .transform((text, ctx) => {
    if (text === "default") return text;
    const prefix = parsePrefix(text);
    if (prefix === undefined) {
      ctx.addIssue({ code: "custom", message: "must be 'default' or a prefix, as 10.0.0.0/24" });
      return z.NEVER;
    }
    const network = networkOf(prefix);
    if (network.ip.value !== prefix.ip.value) {
      ctx.addIssue({ code: "custom", message: `has host bits set: write ${formatPrefix(network)}` });
      return z.NEVER;
    }
    return formatPrefix(network);
  })
  .meta({ description: "'default' or a prefix", examples: ["default"] });

/** The family of a canonical address or prefix text. */
export function familyOf(text: string): 4 | 6 {
  return text.includes(":") ? 6 : 4;
}

/** The address part of `A/LEN`. */
export function addressOf(text: string): string {
  return text.slice(0, text.indexOf("/"));
}
