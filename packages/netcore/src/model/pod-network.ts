/** An interface inside a pod, with what Ratchet may have set on it. */
export interface PodLink {
  ifIndex: number;
  ifName: string;
  alias: string;
  mac: string | undefined;
  mtuBytes: number;
  isUp: boolean;
  hasCarrier: boolean;
  operState: string;
}

export interface PodAddress {
  ifIndex: number;
  /** `A/LEN`, canonical. */
  address: string;
  isOwn: boolean;
}

/** A route of Ratchet's; others are never looked at. */
export interface OwnRoute {
  ifIndex: number;
  to: string;
  via: string | undefined;
  family: 4 | 6;
}

/** The network of one pod as last heard from the kernel. */
export class PodNetwork {
  readonly links = new Map<number, PodLink>();
  readonly addresses = new Map<number, Map<string, PodAddress>>();
  readonly routes = new Map<number, Map<string, OwnRoute>>();
  private readonly byName = new Map<string, number>();

  named(ifName: string): PodLink | undefined {
    const ifIndex = this.byName.get(ifName);
    return ifIndex === undefined ? undefined : this.links.get(ifIndex);
  }

  put(link: PodLink): void {
    const known = this.links.get(link.ifIndex);
    if (known !== undefined && known.ifName !== link.ifName) this.byName.delete(known.ifName);
    this.links.set(link.ifIndex, link);
    this.byName.set(link.ifName, link.ifIndex);
    // An interface that goes down takes its routes along, and the kernel does not say so for IPv4 (fib_disable_ip).
    if (!link.isUp) this.routes.delete(link.ifIndex);
  }

  remove(ifIndex: number): PodLink | undefined {
    const link = this.links.get(ifIndex);
    if (link === undefined) return undefined;
    this.links.delete(ifIndex);
    if (this.byName.get(link.ifName) === ifIndex) this.byName.delete(link.ifName);
    this.addresses.delete(ifIndex);
    this.routes.delete(ifIndex);
    return link;
  }

  putAddress(address: PodAddress): void {
    let of = this.addresses.get(address.ifIndex);
    if (of === undefined) this.addresses.set(address.ifIndex, (of = new Map()));
    of.set(address.address, address);
  }

  removeAddress(ifIndex: number, address: string): void {
    const rest = this.addresses.get(ifIndex);
    rest?.delete(address);
    if (address.includes(":")) return;
    // With its last IPv4 address an interface loses its IPv4 routes, again without a word (fib_disable_ip).
    for (const other of rest?.keys() ?? []) if (!other.includes(":")) return;
    for (const [key, route] of this.routes.get(ifIndex) ?? []) {
      if (route.family === 4) this.routes.get(ifIndex)?.delete(key);
    }
  }

  putRoute(route: OwnRoute): void {
    let of = this.routes.get(route.ifIndex);
    if (of === undefined) this.routes.set(route.ifIndex, (of = new Map()));
    of.set(routeKey(route), route);
  }

  removeRoute(route: OwnRoute): void {
    this.routes.get(route.ifIndex)?.delete(routeKey(route));
  }

  clear(): void {
    this.links.clear();
    this.addresses.clear();
    this.routes.clear();
    this.byName.clear();
  }
}

export function routeKey(route: { to: string; via?: string | undefined; family: 4 | 6 }): string {
  return `${route.family} ${route.to} ${route.via ?? ""}`;
}
