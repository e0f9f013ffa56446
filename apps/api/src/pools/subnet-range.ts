import {
  bitsOf,
  contains,
  formatIp,
  type Ip,
  networkOf,
  type Prefix,
  parsePrefix,
  SUBNET_LENGTH,
} from "@ratchet/contracts";

/** The wires that a pool of one family has addresses for, numbered from 0. Pure arithmetic. */
export class SubnetRange {
  readonly family: 4 | 6;
  readonly #prefixes: Prefix[];

  /** `prefixes`: canonical texts of networks of this family. */
  constructor(family: 4 | 6, prefixes: readonly string[]) {
    this.family = family;
    this.#prefixes = prefixes.flatMap((text) => parsePrefix(text) ?? []);
  }

  /** How many wires there are addresses for; prefixes that overlap count twice. */
  get size(): bigint {
    return this.#prefixes.reduce((sum, prefix) => sum + this.#sizeOf(prefix), 0n);
  }

  /** The network of the wire with this number. @throws RangeError */
  at(index: bigint): string {
    let left = index;
    for (const prefix of this.#prefixes) {
      const size = this.#sizeOf(prefix);
      if (left < size) return formatIp({ family: this.family, value: prefix.ip.value + left * 2n });
      left -= size;
    }
    throw new RangeError(`there is no wire ${index}`);
  }

  /** The number of the wire with this network, or undefined when it lies outside. */
  indexOf(network: Ip): bigint | undefined {
    let before = 0n;
    for (const prefix of this.#prefixes) {
      if (contains(prefix, network)) return before + (network.value - prefix.ip.value) / 2n;
      before += this.#sizeOf(prefix);
    }
    return undefined;
  }

  holds(ip: Ip): boolean {
    return this.#prefixes.some((prefix) => contains(prefix, ip));
  }

  #sizeOf({ length }: Prefix): bigint {
    return 1n << BigInt(SUBNET_LENGTH[this.family] - length);
  }
}

/** The network of the /31 or /127 that an address lies in. */
export function subnetOf(ip: Ip): Ip {
  return networkOf({ ip, length: SUBNET_LENGTH[ip.family] }).ip;
}

/** The addresses of a subnet's two ends, with their prefix length. */
export function endAddresses(network: Ip): [string, string] {
  const length = SUBNET_LENGTH[network.family];
  const other = { family: network.family, value: (network.value + 1n) % (1n << BigInt(bitsOf(network.family))) };
  return [`${formatIp(network)}/${length}`, `${formatIp(other)}/${length}`];
}
