import { contains, formatIp, type Ip, parsePrefix } from "@ratchet/contracts";

/**
 * The far end's address that an echo over a wire itself goes to: one in a network that the near end has an address
 * in, else one of a family both have. Undefined: there is none. Addresses are `A/LEN`. Pure.
 */
export function probeAddress(near: readonly string[], far: readonly string[]): string | undefined {
  const own = near.flatMap((text) => parsePrefix(text) ?? []);
  const candidates: Ip[] = far.flatMap((text) => parsePrefix(text)?.ip ?? []);
  const neighbour = candidates.find((ip) => own.some((prefix) => contains(prefix, ip)));
  const found = neighbour ?? candidates.find(({ family }) => own.some(({ ip }) => ip.family === family));
  return found && formatIp(found);
}
